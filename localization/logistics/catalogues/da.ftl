# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Afventer sporingsoplysninger
    .explanation = Transportøren har endnu ikke meldt noget om din pakke. Du kan følge den, når transportøren har scannet den første gang.

info_received = Forsendelsesoplysninger modtaget
    .explanation = Transportøren har modtaget oplysninger om din pakke, men har endnu ikke meldt, at selve pakken er modtaget.

picked_up = Hos transportøren
    .explanation = Transportøren har modtaget din pakke fra afsenderen.

in_transit = Undervejs
    .explanation = Din pakke er på vej gennem transportørens netværk.

departed_origin = Har forladt afsendelsesstedet
    .explanation = Din pakke har forladt afsendelsesstedet og er på vej mod destinationen.

arrived_destination = Ankommet til modtagerområdet
    .explanation = Din pakke er nået frem til modtagerlandet eller modtagerområdet. Der kan stadig komme toldkontrol og lokal transport.

customs_processing = Under toldbehandling
    .explanation = Din pakke er under behandling hos toldmyndighederne. Det er dem, der afgør, hvor lang tid det tager.

customs_released = Frigivet af tolden
    .explanation = Tolden har frigivet din pakke, og den kan sendes videre.

customs_action_required = Der mangler noget, før pakken kan frigives
    .explanation = Tolden eller transportøren skal bruge oplysninger, dokumenter eller en betaling, før din pakke kan sendes videre.
    .action = Se, om du har fået en besked fra transportøren, og send det, der bedes om, eller kontakt transportøren og oplys dit pakkenummer.

out_for_delivery = Ude til levering
    .explanation = Din pakke er hos det bud, der leverer i dit område.

available_for_pickup = Klar til afhentning
    .explanation = Din pakke venter på at blive hentet.
    .action = Hent din pakke. I beskeden fra transportøren står der, hvor og hvor længe du kan hente den, og hvad du skal tage med.

attempt_failed = Leveringen lykkedes ikke
    .explanation = Transportøren kunne ikke aflevere din pakke.
    .action = Se, om du har fået en besked fra transportøren, eller kontakt transportøren for at aftale ny levering eller afhentning.

delivered = Leveret
    .explanation = Transportøren oplyser, at din pakke er leveret.
    .dated = Transportøren oplyser, at din pakke blev leveret den { $date }.

delayed = Forsinket
    .explanation = Transportøren melder om problemer undervejs. Din pakke kan komme senere end planlagt.

damaged = Skade registreret
    .explanation = Transportøren oplyser, at din pakke er blevet beskadiget. Det er ikke sikkert, at den kan leveres.
    .action = Kontakt sælgeren og oplys dit ordrenummer for at aftale, hvad der nu skal ske.

lost = Pakken kan ikke findes
    .explanation = Transportøren oplyser, at din pakke ikke kan findes i øjeblikket.
    .action = Kontakt sælgeren og oplys dit ordrenummer for at aftale, hvad der nu skal ske.

refused = Modtagelse afvist
    .explanation = Transportøren oplyser, at din pakke ikke blev taget imod, da den skulle afleveres.
    .action = Hvis du stadig vil have pakken, skal du kontakte transportøren eller sælgeren.

address_problem = Problem med leveringsadressen
    .explanation = Transportøren kan ikke levere din pakke med den adresse eller de kontaktoplysninger, der er oplyst.
    .action = Kontakt transportøren eller sælgeren for at bekræfte din adresse og dine kontaktoplysninger.

security_hold = Tilbageholdt til kontrol
    .explanation = Din pakke er tilbageholdt til en sikkerhedskontrol eller en anden påkrævet kontrol. Transportøren har ikke oplyst, hvor lang tid det tager.

returning = På vej tilbage til afsenderen
    .explanation = Din pakke bliver sendt tilbage til afsenderen.
    .action = Hvis du stadig ønsker varerne eller venter på at få pengene tilbage, skal du kontakte sælgeren.

returned = Tilbage hos afsenderen
    .explanation = Transportøren oplyser, at din pakke er tilbage hos afsenderen.
    .action = Hvis du stadig ønsker varerne eller venter på at få pengene tilbage, skal du kontakte sælgeren.

expired = Ingen nye sporingsoplysninger
    .explanation = Transportøren har længe ikke meldt noget nyt om din pakke.
    .action = Hvis du ikke har fået din pakke, skal du kontakte sælgeren.

cancelled = Forsendelsen er annulleret
    .explanation = Denne forsendelse er annulleret. Din pakke bliver ikke sendt videre som planlagt.
    .action = Hvis du ikke havde ventet dette, skal du kontakte sælgeren.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Forventet levering: { $date }.
expected-later = Ny forventet levering: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dage
    } senere end først oplyst.
expected-earlier = Ny forventet levering: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dage
    } tidligere end først oplyst.
held-until = Sidste dag for afhentning: { $date }.
place = Sted: { $place }.
reference = Pakkenummer: { $tracking }.
carrier-reference = Transportør: { $carrier }, pakkenummer: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Der var ingen til at tage imod pakken.
detail-no-access = Buddet kunne ikke komme til døren eller postkassen.
detail-business-closed = Virksomheden havde lukket.
detail-address-incomplete = Adressen er ufuldstændig eller kunne ikke findes.
detail-payment-due = Der skal først betales told, afgift eller et gebyr.
detail-documents-missing = Tolden skal bruge flere oplysninger eller dokumenter.
detail-bad-weather = Dårligt vejr forsinker leveringerne.
detail-strike = En strejke forsinker leveringerne.
detail-public-holiday = Der bliver ikke leveret på helligdagen.
detail-sorting-center = Pakken er på en pakketerminal.
detail-left-facility = Pakken har forladt en pakketerminal.
detail-handed-to-partner = En anden transportør har overtaget pakken.
detail-left-at-door = Pakken er stillet ved døren.
detail-left-with-neighbor = En nabo har taget imod pakken.
detail-in-parcel-locker = Pakken ligger i en pakkeboks.
detail-signed = Modtageren har kvitteret for pakken.
