# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = În așteptarea informațiilor de urmărire
    .explanation = Firma de curierat nu a comunicat încă nimic despre coletul dumneavoastră. Urmărirea începe odată cu prima scanare a coletului.

info_received = Datele expedierii au fost primite
    .explanation = Firma de curierat are datele coletului dumneavoastră, dar nu a confirmat încă preluarea coletului.

picked_up = Preluat de firma de curierat
    .explanation = Firma de curierat a preluat coletul dumneavoastră de la expeditor.

in_transit = Pe drum
    .explanation = Coletul dumneavoastră se află în tranzit în rețeaua firmei de curierat.

departed_origin = A plecat din locul de origine
    .explanation = Coletul dumneavoastră a plecat din locul de origine și se îndreaptă spre destinație.

arrived_destination = A ajuns în zona de destinație
    .explanation = Coletul dumneavoastră a ajuns în țara sau în regiunea de destinație. Pot urma controlul vamal și transportul local.

customs_processing = În curs de vămuire
    .explanation = Coletul dumneavoastră este în curs de procesare la vamă. Durata depinde de autorități.

customs_released = Eliberat de vamă
    .explanation = Vama a eliberat coletul dumneavoastră, iar acesta își poate continua drumul.

customs_action_required = Este necesară intervenția dumneavoastră la vămuire
    .explanation = Vama sau firma de curierat are nevoie de informații, de documente sau de o plată pentru continuarea transportului.
    .action = Verificați dacă aveți un mesaj de la firma de curierat și trimiteți ce vi se cere sau contactați firma și comunicați-i numărul de urmărire.

out_for_delivery = În curs de livrare
    .explanation = Coletul dumneavoastră este la curierul care livrează în zona dumneavoastră.

available_for_pickup = Gata de ridicare
    .explanation = Coletul dumneavoastră așteaptă să fie ridicat.
    .action = Vă rugăm să ridicați coletul. În avizul firmei de curierat găsiți locul, termenul și ce trebuie să aveți la dumneavoastră.

attempt_failed = Livrarea nu a fost posibilă
    .explanation = Firma de curierat nu a putut preda coletul dumneavoastră.
    .action = Verificați dacă aveți un aviz de la firma de curierat sau contactați firma pentru a stabili o nouă livrare ori ridicarea coletului.

delivered = Livrat
    .explanation = Firma de curierat anunță că coletul a fost livrat.
    .dated = Firma de curierat anunță că coletul a fost livrat pe { $date }.

delayed = Întârziat
    .explanation = Firma de curierat semnalează o problemă pe traseu. Coletul dumneavoastră ar putea ajunge mai târziu decât era prevăzut.

damaged = Deteriorare semnalată
    .explanation = Firma de curierat anunță că coletul a fost deteriorat. Este posibil să nu poată fi livrat.
    .action = Vă rugăm să contactați vânzătorul și să îi comunicați numărul comenzii pentru a stabili pașii următori.

lost = Colet negăsit
    .explanation = Firma de curierat anunță că coletul nu poate fi găsit în acest moment.
    .action = Vă rugăm să contactați vânzătorul și să îi comunicați numărul comenzii pentru a stabili pașii următori.

refused = Livrare refuzată
    .explanation = Firma de curierat anunță că coletul nu a fost acceptat la predare.
    .action = Dacă mai doriți coletul, vă rugăm să contactați firma de curierat sau vânzătorul.

address_problem = Problemă cu adresa de livrare
    .explanation = Firma de curierat nu poate livra coletul cu adresa sau cu datele de contact pe care le are.
    .action = Vă rugăm să contactați firma de curierat sau vânzătorul pentru a confirma adresa și datele de contact.

security_hold = Reținut pentru verificare
    .explanation = Coletul dumneavoastră este reținut pentru o verificare de securitate sau de conformitate. Firma de curierat nu a precizat cât va dura.

returning = În curs de returnare la expeditor
    .explanation = Coletul dumneavoastră se întoarce la expeditor.
    .action = Dacă mai doriți produsele sau așteptați rambursarea banilor, vă rugăm să contactați vânzătorul.

returned = Returnat la expeditor
    .explanation = Firma de curierat anunță că coletul a ajuns înapoi la expeditor.
    .action = Dacă mai doriți produsele sau așteptați rambursarea banilor, vă rugăm să contactați vânzătorul.

expired = Fără informații recente
    .explanation = Firma de curierat nu a mai comunicat de mult nimic nou despre coletul dumneavoastră.
    .action = Dacă nu ați primit coletul, vă rugăm să contactați vânzătorul.

cancelled = Expediere anulată
    .explanation = Această expediere a fost anulată. Coletul dumneavoastră nu își va continua drumul așa cum era prevăzut.
    .action = Dacă nu vă așteptați la acest lucru, vă rugăm să contactați vânzătorul.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Livrare estimată: { $date }.
expected-later = Noua dată estimată: { $date }, cu { $days ->
        [one] { $days } zi
        [few] { $days } zile
       *[other] { $days } de zile
    } mai târziu decât s-a anunțat inițial.
expected-earlier = Noua dată estimată: { $date }, cu { $days ->
        [one] { $days } zi
        [few] { $days } zile
       *[other] { $days } de zile
    } mai devreme decât s-a anunțat inițial.
held-until = Poate fi ridicat până pe { $date }.
place = Loc: { $place }.
reference = Număr de urmărire: { $tracking }.
carrier-reference = Firma de curierat: { $carrier }, număr de urmărire: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Nu era nimeni care să primească coletul.
detail-no-access = Curierul nu a putut ajunge la ușă sau la cutia poștală.
detail-business-closed = Firma destinatară era închisă.
detail-address-incomplete = Adresa este incompletă sau nu a putut fi găsită.
detail-payment-due = Mai întâi trebuie plătite taxele vamale, impozitele sau alte taxe.
detail-documents-missing = Vama are nevoie de mai multe informații sau documente.
detail-bad-weather = Vremea nefavorabilă întârzie livrările.
detail-strike = O grevă întârzie livrările.
detail-public-holiday = În sărbătorile legale nu se fac livrări.
detail-sorting-center = Coletul se află într-un centru de sortare.
detail-left-facility = Coletul a plecat dintr-un centru de sortare.
detail-handed-to-partner = Coletul a fost preluat de o altă firmă de curierat.
detail-left-at-door = Coletul a fost lăsat la ușă.
detail-left-with-neighbor = Coletul a fost primit de un vecin.
detail-in-parcel-locker = Coletul se află într-un locker.
detail-signed = Destinatarul a semnat de primire.
