# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Venter på sporingsinformasjon
    .explanation = Transportøren har ennå ikke meldt noe om pakken din. Du kan spore den når transportøren har skannet den første gang.

info_received = Sendingsopplysninger mottatt
    .explanation = Transportøren har fått opplysninger om pakken din, men har ennå ikke meldt at selve pakken er mottatt.

picked_up = Hos transportøren
    .explanation = Transportøren har mottatt pakken din fra avsenderen.

in_transit = Underveis
    .explanation = Pakken din er på vei gjennom transportørens nettverk.

departed_origin = Har forlatt avsenderstedet
    .explanation = Pakken din har forlatt avsenderstedet og er på vei mot bestemmelsesstedet.

arrived_destination = Ankommet mottakerområdet
    .explanation = Pakken din har kommet til mottakerlandet eller mottakerområdet. Tollkontroll og lokal transport kan gjenstå.

customs_processing = Under fortolling
    .explanation = Pakken din er til behandling hos tollmyndighetene. Det er de som avgjør hvor lang tid det tar.

customs_released = Frigitt av tollmyndighetene
    .explanation = Tollmyndighetene har frigitt pakken din, og den kan sendes videre.

customs_action_required = Du må gjøre noe før pakken kan frigis
    .explanation = Tollmyndighetene eller transportøren trenger opplysninger, dokumenter eller en betaling før pakken din kan sendes videre.
    .action = Se etter en melding fra transportøren og send inn det som etterspørres, eller kontakt transportøren og oppgi sporingsnummeret.

out_for_delivery = Ute til levering
    .explanation = Pakken din er hos budet som leverer i området ditt.

available_for_pickup = Klar til henting
    .explanation = Pakken din venter på å bli hentet.
    .action = Hent pakken din. I hentemeldingen fra transportøren står det hvor, hvor lenge den blir oppbevart, og hva du må ta med.

attempt_failed = Leveringen var ikke mulig
    .explanation = Transportøren fikk ikke overlevert pakken din.
    .action = Se etter en melding fra transportøren, eller kontakt transportøren for å avtale ny levering eller henting.

delivered = Levert
    .explanation = Transportøren opplyser at pakken din er levert.
    .dated = Transportøren opplyser at pakken din ble levert den { $date }.

delayed = Forsinket
    .explanation = Transportøren melder om et avvik. Pakken din kan komme senere enn planlagt.

damaged = Skade registrert
    .explanation = Transportøren opplyser at pakken din er skadet. Det er ikke sikkert at den kan leveres.
    .action = Kontakt selgeren og oppgi ordrenummeret for å avtale hva som skal skje videre.

lost = Pakken blir ikke funnet
    .explanation = Transportøren opplyser at pakken din ikke er å finne for øyeblikket.
    .action = Kontakt selgeren og oppgi ordrenummeret for å avtale hva som skal skje videre.

refused = Mottak avslått
    .explanation = Transportøren opplyser at pakken din ikke ble tatt imot da den skulle overleveres.
    .action = Hvis du fortsatt vil ha pakken, kan du kontakte transportøren eller selgeren.

address_problem = Problem med leveringsadressen
    .explanation = Transportøren kan ikke levere pakken din med adressen eller kontaktopplysningene de har.
    .action = Kontakt transportøren eller selgeren for å bekrefte adressen og kontaktopplysningene dine.

security_hold = Holdt tilbake for kontroll
    .explanation = Pakken din holdes tilbake for en sikkerhetskontroll eller en annen pålagt kontroll. Transportøren har ikke oppgitt hvor lang tid det tar.

returning = På vei tilbake til avsenderen
    .explanation = Pakken din sendes tilbake til avsenderen.
    .action = Hvis du fortsatt vil ha varene eller venter på å få pengene tilbake, kan du kontakte selgeren.

returned = Tilbake hos avsenderen
    .explanation = Transportøren opplyser at pakken din er tilbake hos avsenderen.
    .action = Hvis du fortsatt vil ha varene eller venter på å få pengene tilbake, kan du kontakte selgeren.

expired = Ingen ny sporingsinformasjon
    .explanation = Transportøren har ikke meldt noe nytt om pakken din på lenge.
    .action = Hvis du ikke har fått pakken, kan du kontakte selgeren.

cancelled = Sendingen er kansellert
    .explanation = Denne sendingen er kansellert. Pakken din blir ikke sendt videre som planlagt.
    .action = Hvis du ikke ventet dette, kan du kontakte selgeren.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Forventet levering: { $date }.
expected-later = Ny forventet levering: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dager
    } senere enn først oppgitt.
expected-earlier = Ny forventet levering: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dager
    } tidligere enn først oppgitt.
held-until = Siste dag for henting: { $date }.
place = Sted: { $place }.
reference = Sporingsnummer: { $tracking }.
carrier-reference = Transportør: { $carrier }, sporingsnummer: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Det var ingen til stede som kunne ta imot pakken.
detail-no-access = Budet kom ikke fram til døren eller postkassen.
detail-business-closed = Bedriften var stengt.
detail-address-incomplete = Adressen er ufullstendig eller ble ikke funnet.
detail-payment-due = Toll, avgift eller et gebyr må betales først.
detail-documents-missing = Tollmyndighetene trenger flere opplysninger eller dokumenter.
detail-bad-weather = Dårlig vær forsinker leveringene.
detail-strike = En streik forsinker leveringene.
detail-public-holiday = Det leveres ikke på helligdagen.
detail-sorting-center = Pakken er på en sorteringsterminal.
detail-left-facility = Pakken har forlatt en sorteringsterminal.
detail-handed-to-partner = En annen transportør har overtatt pakken.
detail-left-at-door = Pakken ble satt igjen ved døren.
detail-left-with-neighbor = En nabo har tatt imot pakken.
detail-in-parcel-locker = Pakken ligger i en pakkeboks.
detail-signed = Mottakeren har kvittert for pakken.
