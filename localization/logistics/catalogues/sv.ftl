# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Väntar på spårningsinformation
    .explanation = Transportören har ännu inte meddelat något om ditt paket. Du kan spåra det när transportören har skannat det första gången.

info_received = Försändelseuppgifter mottagna
    .explanation = Transportören har fått uppgifter om ditt paket men har ännu inte meddelat att själva paketet har tagits emot.

picked_up = Hos transportören
    .explanation = Transportören har tagit emot ditt paket från avsändaren.

in_transit = På väg
    .explanation = Ditt paket är på väg genom transportörens nätverk.

departed_origin = Har lämnat avsändningsorten
    .explanation = Ditt paket har lämnat avsändningsorten och är på väg mot sin destination.

arrived_destination = Framme i destinationsområdet
    .explanation = Ditt paket har kommit till destinationslandet eller destinationsområdet. Tullkontroll och lokal transport kan återstå.

customs_processing = Under tullklarering
    .explanation = Ditt paket behandlas av tullen. Hur lång tid det tar beror på myndigheterna.

customs_released = Frigjort av tullen
    .explanation = Tullen har frigjort ditt paket och det kan skickas vidare.

customs_action_required = Du behöver göra något för att paketet ska frigöras
    .explanation = Tullen eller transportören behöver uppgifter, dokument eller en betalning innan ditt paket kan skickas vidare.
    .action = Se efter om du har fått ett meddelande från transportören och lämna det som efterfrågas, eller kontakta transportören och uppge ditt spårningsnummer.

out_for_delivery = Ute för leverans
    .explanation = Ditt paket är hos budet som levererar i ditt område.

available_for_pickup = Redo att hämtas
    .explanation = Ditt paket väntar på att hämtas.
    .action = Hämta ditt paket. I transportörens avi ser du var, hur länge det ligger kvar och vad du ska ta med dig.

attempt_failed = Leveransen kunde inte genomföras
    .explanation = Transportören kunde inte lämna över ditt paket.
    .action = Se efter om du har fått en avi, eller kontakta transportören för att bestämma en ny leverans eller avhämtning.

delivered = Levererat
    .explanation = Transportören uppger att ditt paket har levererats.
    .dated = Transportören uppger att ditt paket levererades den { $date }.

delayed = Försenat
    .explanation = Transportören rapporterar en störning. Ditt paket kan komma fram senare än planerat.

damaged = Skada rapporterad
    .explanation = Transportören uppger att ditt paket har skadats. Det är inte säkert att det kan levereras.
    .action = Kontakta säljaren och uppge ditt ordernummer för att komma överens om hur ni går vidare.

lost = Paketet går inte att hitta
    .explanation = Transportören uppger att ditt paket saknas för närvarande.
    .action = Kontakta säljaren och uppge ditt ordernummer för att komma överens om hur ni går vidare.

refused = Leveransen avvisad
    .explanation = Transportören uppger att ditt paket inte togs emot när det skulle lämnas över.
    .action = Om du fortfarande vill ha paketet kontaktar du transportören eller säljaren.

address_problem = Problem med leveransadressen
    .explanation = Transportören kan inte leverera ditt paket med den adress eller de kontaktuppgifter som finns.
    .action = Kontakta transportören eller säljaren och bekräfta din adress och dina kontaktuppgifter.

security_hold = Stoppat för kontroll
    .explanation = Ditt paket har stoppats för en säkerhetskontroll eller annan obligatorisk kontroll. Transportören har inte uppgett hur lång tid det tar.

returning = På väg tillbaka till avsändaren
    .explanation = Ditt paket skickas tillbaka till avsändaren.
    .action = Om du fortfarande vill ha varorna eller väntar på en återbetalning kontaktar du säljaren.

returned = Återlämnat till avsändaren
    .explanation = Transportören uppger att ditt paket är tillbaka hos avsändaren.
    .action = Om du fortfarande vill ha varorna eller väntar på en återbetalning kontaktar du säljaren.

expired = Ingen ny spårningsinformation
    .explanation = Transportören har inte meddelat något nytt om ditt paket på länge.
    .action = Om du inte har fått ditt paket kontaktar du säljaren.

cancelled = Försändelsen annullerad
    .explanation = Försändelsen har annullerats. Ditt paket skickas inte vidare som planerat.
    .action = Om du inte hade väntat dig detta kontaktar du säljaren.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Beräknad leverans: { $date }.
expected-later = Ny beräknad leverans: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dagar
    } senare än vad som först angavs.
expected-earlier = Ny beräknad leverans: { $date }, { $days ->
        [one] { $days } dag
       *[other] { $days } dagar
    } tidigare än vad som först angavs.
held-until = Sista dag att hämta paketet: { $date }.
place = Plats: { $place }.
reference = Spårningsnummer: { $tracking }.
carrier-reference = Transportör: { $carrier }, spårningsnummer: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Ingen var på plats för att ta emot paketet.
detail-no-access = Budet kunde inte nå dörren eller brevlådan.
detail-business-closed = Företaget hade stängt.
detail-address-incomplete = Adressen är ofullständig eller gick inte att hitta.
detail-payment-due = Tull, skatt eller en avgift måste betalas först.
detail-documents-missing = Tullen behöver fler uppgifter eller dokument.
detail-bad-weather = Dåligt väder försenar leveranserna.
detail-strike = En strejk försenar leveranserna.
detail-public-holiday = Inga leveranser görs på helgdagen.
detail-sorting-center = Paketet är på en sorteringsterminal.
detail-left-facility = Paketet har lämnat en sorteringsterminal.
detail-handed-to-partner = En annan transportör har tagit över paketet.
detail-left-at-door = Paketet har lämnats vid dörren.
detail-left-with-neighbor = En granne har tagit emot paketet.
detail-in-parcel-locker = Paketet ligger i ett paketskåp.
detail-signed = Mottagaren har kvitterat paketet.
