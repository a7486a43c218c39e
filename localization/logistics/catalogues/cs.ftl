# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Čekáme na informace o zásilce
    .explanation = Dopravce o vaší zásilce zatím nic nesdělil. Sledovat ji bude možné, jakmile ji dopravce poprvé naskenuje.

info_received = Údaje o zásilce přijaty
    .explanation = Dopravce má údaje o vaší zásilce, ale zatím nepotvrdil, že převzal i samotnou zásilku.

picked_up = Převzata dopravcem
    .explanation = Dopravce převzal vaši zásilku od odesílatele.

in_transit = Na cestě
    .explanation = Vaše zásilka je v přepravní síti dopravce.

departed_origin = Opustila místo odeslání
    .explanation = Vaše zásilka opustila místo odeslání a je na cestě do místa určení.

arrived_destination = Dorazila do cílové oblasti
    .explanation = Vaše zásilka dorazila do cílové země nebo oblasti. Může ještě následovat celní kontrola a místní přeprava.

customs_processing = V celním řízení
    .explanation = Vaši zásilku nyní vyřizuje celní úřad. Jak dlouho to potrvá, závisí na úřadech.

customs_released = Propuštěna celním úřadem
    .explanation = Celní úřad vaši zásilku propustil a ta může pokračovat v cestě.

customs_action_required = Propuštění zásilky vyžaduje vaši součinnost
    .explanation = Celní úřad nebo dopravce potřebuje údaje, doklady nebo platbu, aby zásilka mohla pokračovat v cestě.
    .action = Podívejte se prosím, zda máte zprávu od dopravce, a dodejte, co požaduje, nebo ho kontaktujte a uveďte číslo zásilky.

out_for_delivery = Na cestě k vám
    .explanation = Vaši zásilku veze kurýr, který doručuje ve vašem okolí.

available_for_pickup = Připravena k vyzvednutí
    .explanation = Vaše zásilka čeká na vyzvednutí.
    .action = Vyzvedněte si prosím zásilku. Kde, do kdy a co si vzít s sebou, najdete v oznámení dopravce.

attempt_failed = Zásilku se nepodařilo doručit
    .explanation = Dopravce nemohl vaši zásilku předat.
    .action = Podívejte se prosím, zda máte oznámení od dopravce, nebo se s ním domluvte na novém doručení či vyzvednutí.

delivered = Doručena
    .explanation = Dopravce uvádí, že vaše zásilka byla doručena.
    .dated = Dopravce uvádí, že vaše zásilka byla doručena { $date }.

delayed = Zpožděna
    .explanation = Dopravce hlásí komplikace. Vaše zásilka může dorazit později, než bylo plánováno.

damaged = Nahlášeno poškození
    .explanation = Dopravce hlásí, že vaše zásilka byla poškozena. Možná ji nebude možné doručit.
    .action = Kontaktujte prosím prodejce, uveďte číslo objednávky a domluvte se na dalším postupu.

lost = Zásilku nelze najít
    .explanation = Dopravce hlásí, že vaši zásilku nyní nemůže najít.
    .action = Kontaktujte prosím prodejce, uveďte číslo objednávky a domluvte se na dalším postupu.

refused = Převzetí odmítnuto
    .explanation = Dopravce uvádí, že vaše zásilka nebyla při doručení přijata.
    .action = Pokud o zásilku stále máte zájem, kontaktujte prosím dopravce nebo prodejce.

address_problem = Problém s doručovací adresou
    .explanation = Dopravce nemůže zásilku s adresou nebo kontaktními údaji, které má, doručit.
    .action = Kontaktujte prosím dopravce nebo prodejce a potvrďte svou adresu a kontaktní údaje.

security_hold = Zadržena ke kontrole
    .explanation = Vaše zásilka je zadržena kvůli bezpečnostní nebo jiné předepsané kontrole. Dopravce neuvedl, jak dlouho potrvá.

returning = Na cestě zpět k odesílateli
    .explanation = Vaše zásilka se vrací odesílateli.
    .action = Pokud o zboží stále máte zájem nebo čekáte na vrácení peněz, kontaktujte prosím prodejce.

returned = Vrácena odesílateli
    .explanation = Dopravce uvádí, že vaše zásilka je zpět u odesílatele.
    .action = Pokud o zboží stále máte zájem nebo čekáte na vrácení peněz, kontaktujte prosím prodejce.

expired = Bez nových informací o zásilce
    .explanation = Dopravce o vaší zásilce už dlouho nesdělil nic nového.
    .action = Pokud k vám zásilka nedorazila, kontaktujte prosím prodejce.

cancelled = Zásilka zrušena
    .explanation = Tato zásilka byla zrušena. Nebude dále přepravována podle plánu.
    .action = Pokud jste to nečekali, kontaktujte prosím prodejce.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Předpokládané doručení: { $date }.
expected-later = Nový předpokládaný termín: { $date }, o { $days ->
        [one] { $days } den
        [few] { $days } dny
       *[other] { $days } dní
    } později, než bylo původně oznámeno.
expected-earlier = Nový předpokládaný termín: { $date }, o { $days ->
        [one] { $days } den
        [few] { $days } dny
       *[other] { $days } dní
    } dříve, než bylo původně oznámeno.
held-until = Vyzvednout si ji můžete do { $date }.
place = Místo: { $place }.
reference = Číslo zásilky: { $tracking }.
carrier-reference = Dopravce: { $carrier }, číslo zásilky: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Na místě nebyl nikdo, kdo by zásilku převzal.
detail-no-access = Kurýr se nedostal ke dveřím ani ke schránce.
detail-business-closed = Provozovna byla zavřená.
detail-address-incomplete = Adresa je neúplná nebo se ji nepodařilo najít.
detail-payment-due = Nejprve je třeba zaplatit clo, daň nebo poplatek.
detail-documents-missing = Celní úřad potřebuje další údaje nebo doklady.
detail-bad-weather = Doručování se zpožďuje kvůli špatnému počasí.
detail-strike = Doručování se zpožďuje kvůli stávce.
detail-public-holiday = O státním svátku se nedoručuje.
detail-sorting-center = Zásilka je v třídicím centru.
detail-left-facility = Zásilka opustila třídicí centrum.
detail-handed-to-partner = Zásilku převzal jiný dopravce.
detail-left-at-door = Zásilka byla ponechána u dveří.
detail-left-with-neighbor = Zásilku převzali sousedé.
detail-in-parcel-locker = Zásilka je ve výdejním boxu.
detail-signed = Příjemce převzetí zásilky potvrdil podpisem.
