# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Oczekiwanie na informacje o przesyłce
    .explanation = Przewoźnik nie przekazał jeszcze żadnych informacji o Państwa przesyłce. Śledzenie będzie możliwe po jej pierwszym zeskanowaniu.

info_received = Otrzymano dane przesyłki
    .explanation = Przewoźnik otrzymał dane Państwa przesyłki, ale nie potwierdził jeszcze, że ją przyjął.

picked_up = Przyjęta przez przewoźnika
    .explanation = Przewoźnik odebrał Państwa przesyłkę od nadawcy.

in_transit = W drodze
    .explanation = Państwa przesyłka jest transportowana w sieci przewoźnika.

departed_origin = Wysłana z miejsca nadania
    .explanation = Państwa przesyłka opuściła miejsce nadania i jest w drodze do miejsca przeznaczenia.

arrived_destination = Dotarła do kraju lub regionu przeznaczenia
    .explanation = Państwa przesyłka dotarła do kraju lub regionu przeznaczenia. Może ją jeszcze czekać kontrola celna i transport lokalny.

customs_processing = W trakcie odprawy celnej
    .explanation = Państwa przesyłka jest w odprawie celnej. Czas jej trwania zależy od urzędu.

customs_released = Zwolniona przez urząd celny
    .explanation = Urząd celny zwolnił Państwa przesyłkę i może ona ruszyć w dalszą drogę.

customs_action_required = Zwolnienie przesyłki wymaga Państwa działania
    .explanation = Urząd celny lub przewoźnik potrzebuje informacji, dokumentów albo opłaty, aby przesyłka mogła ruszyć w dalszą drogę.
    .action = Prosimy sprawdzić, czy przewoźnik wysłał wiadomość, i dostarczyć to, o co prosi, lub skontaktować się z nim, podając numer przesyłki.

out_for_delivery = Wydana do doręczenia
    .explanation = Państwa przesyłkę ma kurier, który doręcza w Państwa okolicy.

available_for_pickup = Gotowa do odbioru
    .explanation = Państwa przesyłka czeka na odbiór.
    .action = Prosimy odebrać przesyłkę. Miejsce i termin odbioru oraz wymagane dokumenty podano w powiadomieniu od przewoźnika.

attempt_failed = Nieudana próba doręczenia
    .explanation = Przewoźnik nie mógł doręczyć Państwa przesyłki.
    .action = Prosimy sprawdzić, czy jest awizo lub wiadomość, albo skontaktować się z przewoźnikiem i ustalić ponowne doręczenie lub odbiór.

delivered = Doręczona
    .explanation = Przewoźnik informuje, że Państwa przesyłka została doręczona.
    .dated = Przewoźnik informuje, że Państwa przesyłka została doręczona { $date }.

delayed = Opóźniona
    .explanation = Przewoźnik zgłosił utrudnienia. Państwa przesyłka może dotrzeć później, niż planowano.

damaged = Zgłoszono uszkodzenie
    .explanation = Przewoźnik informuje, że Państwa przesyłka została uszkodzona. Jej doręczenie może nie być możliwe.
    .action = Prosimy skontaktować się ze sprzedawcą, podając numer zamówienia, i ustalić dalsze kroki.

lost = Nie można odnaleźć przesyłki
    .explanation = Przewoźnik informuje, że obecnie nie może odnaleźć Państwa przesyłki.
    .action = Prosimy skontaktować się ze sprzedawcą, podając numer zamówienia, i ustalić dalsze kroki.

refused = Odmowa przyjęcia
    .explanation = Przewoźnik informuje, że Państwa przesyłka nie została przyjęta przy doręczeniu.
    .action = Jeśli nadal chcą Państwo otrzymać przesyłkę, prosimy skontaktować się z przewoźnikiem lub sprzedawcą.

address_problem = Problem z adresem doręczenia
    .explanation = Przewoźnik nie może doręczyć Państwa przesyłki na podstawie posiadanego adresu lub danych odbiorcy.
    .action = Prosimy skontaktować się z przewoźnikiem lub sprzedawcą i potwierdzić adres oraz dane kontaktowe.

security_hold = Zatrzymana do kontroli
    .explanation = Państwa przesyłkę zatrzymano do kontroli bezpieczeństwa lub zgodności z przepisami. Przewoźnik nie podał, jak długo ona potrwa.

returning = W drodze powrotnej do nadawcy
    .explanation = Państwa przesyłka wraca do nadawcy.
    .action = Jeśli nadal chcą Państwo otrzymać towar lub czekają Państwo na zwrot pieniędzy, prosimy skontaktować się ze sprzedawcą.

returned = Zwrócona do nadawcy
    .explanation = Przewoźnik informuje, że Państwa przesyłka wróciła do nadawcy.
    .action = Jeśli nadal chcą Państwo otrzymać towar lub czekają Państwo na zwrot pieniędzy, prosimy skontaktować się ze sprzedawcą.

expired = Brak nowych informacji
    .explanation = Przewoźnik od dłuższego czasu nie przekazał nowych informacji o Państwa przesyłce.
    .action = Jeśli przesyłka do Państwa nie dotarła, prosimy skontaktować się ze sprzedawcą.

cancelled = Przesyłka anulowana
    .explanation = Ta przesyłka została anulowana. Nie będzie dalej transportowana zgodnie z planem.
    .action = Jeśli to dla Państwa niespodziewane, prosimy skontaktować się ze sprzedawcą.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Przewidywane doręczenie: { $date }.
expected-later = Nowy przewidywany termin: { $date }, { $days ->
        [one] { $days } dzień
        [few] { $days } dni
       *[many] { $days } dni
    } później, niż początkowo podano.
expected-earlier = Nowy przewidywany termin: { $date }, { $days ->
        [one] { $days } dzień
        [few] { $days } dni
       *[many] { $days } dni
    } wcześniej, niż początkowo podano.
held-until = Można ją odebrać do { $date }.
place = Miejsce: { $place }.
reference = Numer przesyłki: { $tracking }.
carrier-reference = Przewoźnik: { $carrier }, numer przesyłki: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Nie zastano nikogo, kto mógłby odebrać przesyłkę.
detail-no-access = Kurier nie mógł dotrzeć do drzwi ani do skrzynki na listy.
detail-business-closed = Firma była zamknięta.
detail-address-incomplete = Adres jest niepełny lub nie udało się go odnaleźć.
detail-payment-due = Najpierw należy zapłacić cło, podatek lub opłatę.
detail-documents-missing = Urząd celny potrzebuje dodatkowych informacji lub dokumentów.
detail-bad-weather = Zła pogoda opóźnia doręczenia.
detail-strike = Strajk opóźnia doręczenia.
detail-public-holiday = W dni świąteczne przesyłki nie są doręczane.
detail-sorting-center = Przesyłka jest w sortowni.
detail-left-facility = Przesyłka opuściła sortownię.
detail-handed-to-partner = Przesyłkę przejął inny przewoźnik.
detail-left-at-door = Przesyłkę pozostawiono pod drzwiami.
detail-left-with-neighbor = Przesyłkę zostawiono u sąsiadów.
detail-in-parcel-locker = Przesyłka jest w automacie paczkowym.
detail-signed = Odbiorca pokwitował odbiór przesyłki.
