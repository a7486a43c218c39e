# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = In attesa di informazioni sulla spedizione
    .explanation = Il corriere non ha ancora comunicato nulla sul suo pacco. Il tracciamento inizia con la prima lettura da parte del corriere.

info_received = Dati di spedizione ricevuti
    .explanation = Il corriere ha ricevuto i dati del suo pacco, ma non ha ancora confermato di averlo preso in carico.

picked_up = Preso in carico dal corriere
    .explanation = Il corriere ha ricevuto il suo pacco dal mittente.

in_transit = In viaggio
    .explanation = Il suo pacco è in transito nella rete del corriere.

departed_origin = Partito dal luogo di origine
    .explanation = Il suo pacco ha lasciato il luogo di origine ed è in viaggio verso la destinazione.

arrived_destination = Arrivato nella zona di destinazione
    .explanation = Il suo pacco è arrivato nel Paese o nella regione di destinazione. Possono seguire controlli doganali e il trasporto locale.

customs_processing = In fase di sdoganamento
    .explanation = Il suo pacco è in lavorazione presso la dogana. I tempi dipendono dalle autorità.

customs_released = Sdoganato
    .explanation = La dogana ha svincolato il suo pacco, che può proseguire il viaggio.

customs_action_required = Serve un suo intervento per lo sdoganamento
    .explanation = La dogana o il corriere ha bisogno di informazioni, documenti o un pagamento prima che il suo pacco possa proseguire.
    .action = Verifichi se ha ricevuto un messaggio del corriere e fornisca quanto richiesto, oppure contatti il corriere indicando il codice di tracciamento.

out_for_delivery = In consegna
    .explanation = Il suo pacco è affidato all'addetto che effettua le consegne nella sua zona.

available_for_pickup = Pronto per il ritiro
    .explanation = Il suo pacco è in attesa di essere ritirato.
    .action = Ritiri il suo pacco. Nell'avviso del corriere trova il luogo, il termine e i documenti da presentare.

attempt_failed = Consegna non riuscita
    .explanation = Il corriere non è riuscito a consegnare il suo pacco.
    .action = Verifichi se ha ricevuto un avviso del corriere, oppure lo contatti per concordare una nuova consegna o il ritiro.

delivered = Consegnato
    .explanation = Il corriere comunica che il suo pacco è stato consegnato.
    .dated = Il corriere comunica che il suo pacco è stato consegnato in data { $date }.

delayed = In ritardo
    .explanation = Il corriere segnala un imprevisto. Il suo pacco potrebbe arrivare più tardi del previsto.

damaged = Danno segnalato
    .explanation = Il corriere segnala che il suo pacco è stato danneggiato. La consegna potrebbe non essere possibile.
    .action = Contatti il venditore indicando il numero d'ordine per concordare come procedere.

lost = Pacco non reperibile
    .explanation = Il corriere segnala che al momento il suo pacco risulta introvabile.
    .action = Contatti il venditore indicando il numero d'ordine per concordare come procedere.

refused = Consegna rifiutata
    .explanation = Il corriere comunica che il suo pacco non è stato accettato al momento della consegna.
    .action = Se desidera ancora ricevere il pacco, contatti il corriere o il venditore.

address_problem = Problema con l'indirizzo di consegna
    .explanation = Il corriere non può consegnare il suo pacco con l'indirizzo o i recapiti di cui dispone.
    .action = Contatti il corriere o il venditore per confermare il suo indirizzo e i suoi recapiti.

security_hold = Fermo per un controllo
    .explanation = Il suo pacco è fermo per un controllo di sicurezza o di conformità. Il corriere non ha indicato quanto tempo occorrerà.

returning = In restituzione al mittente
    .explanation = Il suo pacco sta tornando al mittente.
    .action = Se desidera ancora gli articoli o attende un rimborso, contatti il venditore.

returned = Restituito al mittente
    .explanation = Il corriere comunica che il suo pacco è tornato al mittente.
    .action = Se desidera ancora gli articoli o attende un rimborso, contatti il venditore.

expired = Nessuna informazione recente
    .explanation = Da molto tempo il corriere non comunica novità sul suo pacco.
    .action = Se non ha ricevuto il pacco, contatti il venditore.

cancelled = Spedizione annullata
    .explanation = Questa spedizione è stata annullata. Il suo pacco non proseguirà il viaggio come previsto.
    .action = Se non si aspettava l'annullamento, contatti il venditore.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Consegna prevista: { $date }.
expected-later = Nuova data prevista: { $date }, { $days ->
        [one] { $days } giorno
       *[other] { $days } giorni
    } dopo la data comunicata inizialmente.
expected-earlier = Nuova data prevista: { $date }, { $days ->
        [one] { $days } giorno
       *[other] { $days } giorni
    } prima della data comunicata inizialmente.
held-until = Ultimo giorno utile per il ritiro: { $date }.
place = Luogo: { $place }.
reference = Codice di tracciamento: { $tracking }.
carrier-reference = Corriere: { $carrier }, codice di tracciamento: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Non c'era nessuno che potesse ricevere il pacco.
detail-no-access = L'addetto alla consegna non è riuscito a raggiungere la porta o la cassetta della posta.
detail-business-closed = L'azienda o il negozio era chiuso.
detail-address-incomplete = L'indirizzo è incompleto o non è stato trovato.
detail-payment-due = Prima occorre pagare dazi, imposte o altre spese.
detail-documents-missing = La dogana ha bisogno di altre informazioni o documenti.
detail-bad-weather = Il maltempo sta causando ritardi nelle consegne.
detail-strike = Uno sciopero sta causando ritardi nelle consegne.
detail-public-holiday = Nei giorni festivi non si effettuano consegne.
detail-sorting-center = Il pacco si trova in un centro di smistamento.
detail-left-facility = Il pacco ha lasciato un centro di smistamento.
detail-handed-to-partner = Il pacco è stato affidato a un altro corriere.
detail-left-at-door = Il pacco è stato lasciato davanti alla porta.
detail-left-with-neighbor = Il pacco è stato ritirato da un vicino.
detail-in-parcel-locker = Il pacco si trova in un armadietto automatico.
detail-signed = Il destinatario ha firmato per la ricezione del pacco.
