# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Čakáme na informácie o zásielke
    .explanation = Dopravca o vašej zásielke zatiaľ nič neoznámil. Sledovať ju bude možné, keď ju dopravca prvýkrát naskenuje.

info_received = Údaje o zásielke prijaté
    .explanation = Dopravca má údaje o vašej zásielke, ale zatiaľ nepotvrdil, že prevzal aj samotnú zásielku.

picked_up = Prevzatá dopravcom
    .explanation = Dopravca prevzal vašu zásielku od odosielateľa.

in_transit = Na ceste
    .explanation = Vaša zásielka je v prepravnej sieti dopravcu.

departed_origin = Opustila miesto odoslania
    .explanation = Vaša zásielka opustila miesto odoslania a je na ceste do miesta určenia.

arrived_destination = Dorazila do cieľovej oblasti
    .explanation = Vaša zásielka dorazila do cieľovej krajiny alebo oblasti. Ešte môže nasledovať colná kontrola a miestna preprava.

customs_processing = V colnom konaní
    .explanation = Vašu zásielku vybavuje colný úrad. Ako dlho to potrvá, závisí od úradov.

customs_released = Prepustená colným úradom
    .explanation = Colný úrad vašu zásielku prepustil a tá môže pokračovať v ceste.

customs_action_required = Prepustenie zásielky si vyžaduje vašu súčinnosť
    .explanation = Colný úrad alebo dopravca potrebuje údaje, doklady alebo platbu, aby zásielka mohla pokračovať v ceste.
    .action = Pozrite sa, prosím, či máte správu od dopravcu, a dodajte, čo žiada, alebo ho kontaktujte a uveďte číslo zásielky.

out_for_delivery = Na ceste k vám
    .explanation = Vašu zásielku vezie kuriér, ktorý doručuje vo vašom okolí.

available_for_pickup = Pripravená na vyzdvihnutie
    .explanation = Vaša zásielka čaká na vyzdvihnutie.
    .action = Vyzdvihnite si, prosím, zásielku. Kde, dokedy a čo si priniesť, nájdete v oznámení dopravcu.

attempt_failed = Zásielku sa nepodarilo doručiť
    .explanation = Dopravca nemohol vašu zásielku odovzdať.
    .action = Pozrite sa, prosím, či máte oznámenie od dopravcu, alebo sa s ním dohodnite na novom doručení či vyzdvihnutí.

delivered = Doručená
    .explanation = Dopravca uvádza, že vaša zásielka bola doručená.
    .dated = Dopravca uvádza, že vaša zásielka bola doručená { $date }.

delayed = Oneskorená
    .explanation = Dopravca hlási komplikácie. Vaša zásielka môže doraziť neskôr, než sa plánovalo.

damaged = Nahlásené poškodenie
    .explanation = Dopravca hlási, že vaša zásielka bola poškodená. Možno ju nebude možné doručiť.
    .action = Kontaktujte, prosím, predajcu, uveďte číslo objednávky a dohodnite sa na ďalšom postupe.

lost = Zásielku nemožno nájsť
    .explanation = Dopravca hlási, že vašu zásielku momentálne nevie nájsť.
    .action = Kontaktujte, prosím, predajcu, uveďte číslo objednávky a dohodnite sa na ďalšom postupe.

refused = Prevzatie odmietnuté
    .explanation = Dopravca uvádza, že vaša zásielka nebola pri doručení prijatá.
    .action = Ak máte o zásielku stále záujem, kontaktujte, prosím, dopravcu alebo predajcu.

address_problem = Problém s doručovacou adresou
    .explanation = Dopravca nemôže zásielku doručiť s adresou alebo kontaktnými údajmi, ktoré má.
    .action = Kontaktujte, prosím, dopravcu alebo predajcu a potvrďte svoju adresu a kontaktné údaje.

security_hold = Zadržaná na kontrolu
    .explanation = Vaša zásielka je zadržaná pre bezpečnostnú alebo inú predpísanú kontrolu. Dopravca neuviedol, ako dlho potrvá.

returning = Na ceste späť k odosielateľovi
    .explanation = Vaša zásielka sa vracia odosielateľovi.
    .action = Ak máte o tovar stále záujem alebo čakáte na vrátenie peňazí, kontaktujte, prosím, predajcu.

returned = Vrátená odosielateľovi
    .explanation = Dopravca uvádza, že vaša zásielka je späť u odosielateľa.
    .action = Ak máte o tovar stále záujem alebo čakáte na vrátenie peňazí, kontaktujte, prosím, predajcu.

expired = Bez nových informácií o zásielke
    .explanation = Dopravca o vašej zásielke už dlho neoznámil nič nové.
    .action = Ak k vám zásielka nedorazila, kontaktujte, prosím, predajcu.

cancelled = Zásielka zrušená
    .explanation = Táto zásielka bola zrušená. Nebude sa ďalej prepravovať podľa plánu.
    .action = Ak ste to nečakali, kontaktujte, prosím, predajcu.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Predpokladané doručenie: { $date }.
expected-later = Nový predpokladaný termín: { $date }, o { $days ->
        [one] { $days } deň
        [few] { $days } dni
       *[other] { $days } dní
    } neskôr, než bolo pôvodne oznámené.
expected-earlier = Nový predpokladaný termín: { $date }, o { $days ->
        [one] { $days } deň
        [few] { $days } dni
       *[other] { $days } dní
    } skôr, než bolo pôvodne oznámené.
held-until = Vyzdvihnúť si ju môžete do { $date }.
place = Miesto: { $place }.
reference = Číslo zásielky: { $tracking }.
carrier-reference = Dopravca: { $carrier }, číslo zásielky: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Na mieste nebol nikto, kto by zásielku prevzal.
detail-no-access = Kuriér sa nedostal k dverám ani k schránke.
detail-business-closed = Prevádzka bola zatvorená.
detail-address-incomplete = Adresa je neúplná alebo sa ju nepodarilo nájsť.
detail-payment-due = Najprv treba zaplatiť clo, daň alebo poplatok.
detail-documents-missing = Colný úrad potrebuje ďalšie údaje alebo doklady.
detail-bad-weather = Doručovanie sa oneskoruje pre zlé počasie.
detail-strike = Doručovanie sa oneskoruje pre štrajk.
detail-public-holiday = Počas štátneho sviatku sa nedoručuje.
detail-sorting-center = Zásielka je v triediacom stredisku.
detail-left-facility = Zásielka opustila triediace stredisko.
detail-handed-to-partner = Zásielku prevzal iný dopravca.
detail-left-at-door = Zásielka bola ponechaná pri dverách.
detail-left-with-neighbor = Zásielku prevzali susedia.
detail-in-parcel-locker = Zásielka je vo výdajnom boxe.
detail-signed = Príjemca potvrdil prevzatie zásielky podpisom.
