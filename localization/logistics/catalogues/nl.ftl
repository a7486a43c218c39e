# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Nog geen trackinginformatie
    .explanation = De vervoerder heeft nog niets over uw pakket gemeld. U kunt het volgen zodra de vervoerder het voor het eerst scant.

info_received = Verzendgegevens ontvangen
    .explanation = De vervoerder heeft de gegevens van uw pakket, maar heeft nog niet gemeld dat het pakket zelf is ontvangen.

picked_up = Bij de vervoerder
    .explanation = De vervoerder heeft uw pakket van de afzender ontvangen.

in_transit = Onderweg
    .explanation = Uw pakket is onderweg binnen het netwerk van de vervoerder.

departed_origin = Vertrokken uit de plaats van herkomst
    .explanation = Uw pakket heeft de plaats van herkomst verlaten en is onderweg naar de bestemming.

arrived_destination = Aangekomen in de regio van bestemming
    .explanation = Uw pakket is aangekomen in het land of de regio van bestemming. Er kunnen nog een douanecontrole en lokaal vervoer volgen.

customs_processing = In behandeling bij de douane
    .explanation = Uw pakket wordt door de douane behandeld. Hoelang dat duurt, hangt van de autoriteiten af.

customs_released = Vrijgegeven door de douane
    .explanation = De douane heeft uw pakket vrijgegeven. Het kan verder worden vervoerd.

customs_action_required = Actie nodig om uw pakket vrij te geven
    .explanation = De douane of de vervoerder heeft gegevens, documenten of een betaling nodig voordat uw pakket verder kan.
    .action = Kijk of u een bericht van de vervoerder hebt en lever aan wat wordt gevraagd, of neem contact op met de vervoerder en vermeld uw trackingnummer.

out_for_delivery = Wordt bezorgd
    .explanation = De bezorger in uw omgeving is met uw pakket op pad.

available_for_pickup = Klaar om af te halen
    .explanation = Uw pakket ligt voor u klaar.
    .action = Haal uw pakket op. In het bericht van de vervoerder staat waar en tot wanneer dat kan en wat u moet meenemen.

attempt_failed = Bezorging niet gelukt
    .explanation = De vervoerder kon uw pakket niet afgeven.
    .action = Kijk of er een bericht van de vervoerder is, of neem contact met de vervoerder op om een nieuwe bezorging of het ophalen af te spreken.

delivered = Bezorgd
    .explanation = De vervoerder meldt dat uw pakket is bezorgd.
    .dated = De vervoerder meldt dat uw pakket op { $date } is bezorgd.

delayed = Vertraagd
    .explanation = De vervoerder meldt een verstoring. Uw pakket komt mogelijk later aan dan gepland.

damaged = Schade gemeld
    .explanation = De vervoerder meldt dat uw pakket beschadigd is. Mogelijk kan het niet worden bezorgd.
    .action = Neem met uw bestelnummer contact op met de verkoper om te bespreken hoe het verder gaat.

lost = Pakket niet te vinden
    .explanation = De vervoerder meldt dat uw pakket op dit moment onvindbaar is.
    .action = Neem met uw bestelnummer contact op met de verkoper om te bespreken hoe het verder gaat.

refused = Pakket geweigerd
    .explanation = De vervoerder meldt dat uw pakket bij het afgeven niet is aangenomen.
    .action = Wilt u het pakket toch ontvangen, neem dan contact op met de vervoerder of de verkoper.

address_problem = Probleem met het bezorgadres
    .explanation = De vervoerder kan uw pakket niet bezorgen met de adres- of contactgegevens die bekend zijn.
    .action = Neem contact op met de vervoerder of de verkoper om uw adres en contactgegevens te bevestigen.

security_hold = Aangehouden voor controle
    .explanation = Uw pakket is aangehouden voor een veiligheidscontrole of een wettelijke controle. De vervoerder heeft niet gemeld hoelang dit duurt.

returning = Op de terugweg naar de afzender
    .explanation = Uw pakket wordt teruggestuurd naar de afzender.
    .action = Wilt u de artikelen alsnog ontvangen of wacht u op een terugbetaling, neem dan contact op met de verkoper.

returned = Terug bij de afzender
    .explanation = De vervoerder meldt dat uw pakket terug is bij de afzender.
    .action = Wilt u de artikelen alsnog ontvangen of wacht u op een terugbetaling, neem dan contact op met de verkoper.

expired = Geen recente trackinginformatie
    .explanation = De vervoerder heeft al lange tijd niets nieuws over uw pakket gemeld.
    .action = Hebt u uw pakket niet ontvangen, neem dan contact op met de verkoper.

cancelled = Zending geannuleerd
    .explanation = Deze zending is geannuleerd. Uw pakket wordt niet verder vervoerd zoals gepland.
    .action = Had u dit niet verwacht, neem dan contact op met de verkoper.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Verwachte bezorging: { $date }.
expected-later = Nu verwacht op { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dagen
    } later dan eerst aangekondigd.
expected-earlier = Nu verwacht op { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dagen
    } eerder dan eerst aangekondigd.
held-until = U kunt het ophalen tot en met { $date }.
place = Plaats: { $place }.
reference = Trackingnummer: { $tracking }.
carrier-reference = Vervoerder: { $carrier }, trackingnummer: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Er was niemand aanwezig om het pakket aan te nemen.
detail-no-access = De bezorger kon de deur of de brievenbus niet bereiken.
detail-business-closed = Het bedrijf was gesloten.
detail-address-incomplete = Het adres is onvolledig of kon niet worden gevonden.
detail-payment-due = Eerst moeten invoerrechten, belasting of kosten worden betaald.
detail-documents-missing = De douane heeft meer gegevens of documenten nodig.
detail-bad-weather = Door slecht weer loopt de bezorging vertraging op.
detail-strike = Door een staking loopt de bezorging vertraging op.
detail-public-holiday = Op de feestdag wordt er niet bezorgd.
detail-sorting-center = Het pakket is in een sorteercentrum.
detail-left-facility = Het pakket heeft een sorteercentrum verlaten.
detail-handed-to-partner = Een andere vervoerder heeft het pakket overgenomen.
detail-left-at-door = Het pakket is bij de deur achtergelaten.
detail-left-with-neighbor = Het pakket is bij de buren afgegeven.
detail-in-parcel-locker = Het pakket ligt in een pakketautomaat.
detail-signed = De ontvanger heeft voor ontvangst getekend.
