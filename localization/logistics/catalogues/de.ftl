# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Noch keine Sendungsinformationen
    .explanation = Das Transportunternehmen hat zu Ihrem Paket noch nichts gemeldet. Die Sendungsverfolgung beginnt mit der ersten Erfassung.

info_received = Versanddaten übermittelt
    .explanation = Dem Transportunternehmen liegen die Daten zu Ihrem Paket vor. Den Erhalt des Pakets selbst hat es noch nicht gemeldet.

picked_up = Beim Transportunternehmen
    .explanation = Das Transportunternehmen hat Ihr Paket vom Absender erhalten.

in_transit = Unterwegs
    .explanation = Ihr Paket ist im Netz des Transportunternehmens unterwegs.

departed_origin = Hat den Ausgangsort verlassen
    .explanation = Ihr Paket hat den Ausgangsort verlassen und ist auf dem Weg zum Ziel.

arrived_destination = In der Zielregion angekommen
    .explanation = Ihr Paket hat das Zielland oder die Zielregion erreicht. Zollprüfung und Weitertransport vor Ort können noch folgen.

customs_processing = In der Zollabfertigung
    .explanation = Ihr Paket wird vom Zoll bearbeitet. Wie lange das dauert, hängt von den Behörden ab.

customs_released = Vom Zoll freigegeben
    .explanation = Der Zoll hat Ihr Paket freigegeben. Es kann weiterbefördert werden.

customs_action_required = Für die Freigabe fehlt noch etwas
    .explanation = Der Zoll oder das Transportunternehmen benötigt Angaben, Unterlagen oder eine Zahlung, bevor Ihr Paket weiterbefördert werden kann.
    .action = Bitte reichen Sie ein, was das Transportunternehmen in seiner Nachricht verlangt, oder wenden Sie sich mit Ihrer Sendungsnummer dorthin.

out_for_delivery = In Zustellung
    .explanation = Ihr Paket befindet sich auf der Zustelltour in Ihrer Umgebung.

available_for_pickup = Zur Abholung bereit
    .explanation = Ihr Paket liegt zur Abholung bereit.
    .action = Bitte holen Sie Ihr Paket ab. Ort, Frist und was Sie mitbringen müssen, stehen in der Benachrichtigung des Transportunternehmens.

attempt_failed = Zustellung war nicht möglich
    .explanation = Das Transportunternehmen konnte Ihr Paket nicht übergeben.
    .action = Bitte prüfen Sie, ob eine Benachrichtigung vorliegt, oder vereinbaren Sie mit dem Transportunternehmen eine neue Zustellung oder eine Abholung.

delivered = Zugestellt
    .explanation = Das Transportunternehmen meldet, dass Ihr Paket zugestellt wurde.
    .dated = Das Transportunternehmen meldet, dass Ihr Paket am { $date } zugestellt wurde.

delayed = Verzögert
    .explanation = Das Transportunternehmen meldet eine Unterbrechung. Ihr Paket kommt möglicherweise später an als geplant.

damaged = Beschädigung gemeldet
    .explanation = Das Transportunternehmen meldet, dass Ihr Paket beschädigt wurde. Möglicherweise kann es nicht zugestellt werden.
    .action = Bitte wenden Sie sich mit Ihrer Bestellnummer an den Shop, um das weitere Vorgehen zu klären.

lost = Paket nicht auffindbar
    .explanation = Das Transportunternehmen meldet, dass Ihr Paket derzeit nicht auffindbar ist.
    .action = Bitte wenden Sie sich mit Ihrer Bestellnummer an den Shop, um das weitere Vorgehen zu klären.

refused = Annahme verweigert
    .explanation = Das Transportunternehmen meldet, dass Ihr Paket bei der Übergabe nicht angenommen wurde.
    .action = Wenn Sie das Paket weiterhin erhalten möchten, wenden Sie sich bitte an das Transportunternehmen oder den Shop.

address_problem = Problem mit der Lieferadresse
    .explanation = Das Transportunternehmen kann Ihr Paket mit den vorliegenden Adress- oder Kontaktdaten nicht zustellen.
    .action = Bitte wenden Sie sich an das Transportunternehmen oder den Shop und bestätigen Sie Ihre Adress- und Kontaktdaten.

security_hold = Zur Prüfung angehalten
    .explanation = Ihr Paket wird für eine Sicherheits- oder Konformitätsprüfung angehalten. Zur Dauer hat das Transportunternehmen nichts mitgeteilt.

returning = Auf dem Rückweg zum Absender
    .explanation = Ihr Paket wird an den Absender zurückgeschickt.
    .action = Wenn Sie die Ware weiterhin wünschen oder auf eine Erstattung warten, wenden Sie sich bitte an den Shop.

returned = Zurück beim Absender
    .explanation = Das Transportunternehmen meldet, dass Ihr Paket wieder beim Absender ist.
    .action = Wenn Sie die Ware weiterhin wünschen oder auf eine Erstattung warten, wenden Sie sich bitte an den Shop.

expired = Keine aktuellen Sendungsinformationen
    .explanation = Das Transportunternehmen hat zu Ihrem Paket seit längerer Zeit nichts Neues gemeldet.
    .action = Wenn Ihr Paket nicht bei Ihnen angekommen ist, wenden Sie sich bitte an den Shop.

cancelled = Sendung storniert
    .explanation = Diese Sendung wurde storniert. Ihr Paket wird nicht wie geplant weiterbefördert.
    .action = Wenn Sie damit nicht gerechnet haben, wenden Sie sich bitte an den Shop.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Voraussichtliche Zustellung: { $date }.
expected-later = Neuer voraussichtlicher Termin: { $date }, { $days ->
        [one] { $days } Tag
       *[other] { $days } Tage
    } später als zuerst angekündigt.
expected-earlier = Neuer voraussichtlicher Termin: { $date }, { $days ->
        [one] { $days } Tag
       *[other] { $days } Tage
    } früher als zuerst angekündigt.
held-until = Es wird bis zum { $date } für Sie aufbewahrt.
place = Ort: { $place }.
reference = Sendungsnummer: { $tracking }.
carrier-reference = Transportunternehmen: { $carrier }, Sendungsnummer: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Es war niemand da, der das Paket annehmen konnte.
detail-no-access = Der Zusteller konnte die Haustür oder den Briefkasten nicht erreichen.
detail-business-closed = Das Geschäft oder Büro war geschlossen.
detail-address-incomplete = Die Adresse ist unvollständig oder war nicht zu finden.
detail-payment-due = Zuerst müssen Zoll, Steuern oder Gebühren bezahlt werden.
detail-documents-missing = Der Zoll benötigt weitere Angaben oder Unterlagen.
detail-bad-weather = Wegen schlechten Wetters kommt es zu Verzögerungen bei der Zustellung.
detail-strike = Wegen eines Streiks kommt es zu Verzögerungen bei der Zustellung.
detail-public-holiday = Am Feiertag wird nicht zugestellt.
detail-sorting-center = Das Paket befindet sich in einem Paketzentrum.
detail-left-facility = Das Paket hat ein Paketzentrum verlassen.
detail-handed-to-partner = Ein anderes Transportunternehmen hat das Paket übernommen.
detail-left-at-door = Das Paket wurde vor der Tür abgestellt.
detail-left-with-neighbor = Das Paket wurde in der Nachbarschaft abgegeben.
detail-in-parcel-locker = Das Paket liegt in einer Paketstation.
detail-signed = Der Empfang wurde mit einer Unterschrift bestätigt.
