# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Várjuk a nyomkövetési adatokat
    .explanation = A futárszolgálat még nem közölt semmit az Ön csomagjáról. A csomag az első beolvasás után követhető.

info_received = A csomag adatai megérkeztek
    .explanation = A futárszolgálat megkapta az Ön csomagjának adatait, de azt még nem jelezte, hogy a csomag is nála van.

picked_up = A futárszolgálatnál van
    .explanation = A futárszolgálat átvette az Ön csomagját a feladótól.

in_transit = Úton van
    .explanation = Az Ön csomagja a futárszolgálat hálózatában halad.

departed_origin = Elhagyta a feladás helyét
    .explanation = Az Ön csomagja elhagyta a feladás helyét, és úton van a rendeltetési hely felé.

arrived_destination = Megérkezett a célterületre
    .explanation = Az Ön csomagja megérkezett a célországba vagy a célterületre. Vámvizsgálat és helyi szállítás még következhet.

customs_processing = Vámkezelés alatt
    .explanation = Az Ön csomagjának vámkezelése folyamatban van. Az időtartama a hatóságoktól függ.

customs_released = A vámhatóság kiadta
    .explanation = A vámhatóság kiadta az Ön csomagját, így az továbbindulhat.

customs_action_required = A csomag kiadásához az Ön közreműködése szükséges
    .explanation = A vámhatóságnak vagy a futárszolgálatnak adatra, iratra vagy befizetésre van szüksége ahhoz, hogy a csomag továbbindulhasson.
    .action = Kérjük, nézze meg, kapott-e üzenetet a futárszolgálattól, és küldje el, amit kérnek, vagy a csomagszámmal keresse meg a futárszolgálatot.

out_for_delivery = Kézbesítés alatt
    .explanation = Az Ön csomagja annál a futárnál van, aki az Ön környékén kézbesít.

available_for_pickup = Átvehető
    .explanation = Az Ön csomagja átvételre vár.
    .action = Kérjük, vegye át a csomagját. A futárszolgálat értesítésében megtalálja, hol, meddig és mivel veheti át.

attempt_failed = A kézbesítés nem sikerült
    .explanation = A futárszolgálat nem tudta átadni az Ön csomagját.
    .action = Kérjük, nézze meg, kapott-e értesítést, vagy egyeztessen a futárszolgálattal új kézbesítésről vagy átvételről.

delivered = Kézbesítve
    .explanation = A futárszolgálat jelzése szerint az Ön csomagját kézbesítették.
    .dated = A futárszolgálat jelzése szerint az Ön csomagját kézbesítették. A kézbesítés napja: { $date }

delayed = Késik
    .explanation = A futárszolgálat fennakadást jelzett. Az Ön csomagja a tervezettnél később érkezhet meg.

damaged = Sérülést jelentettek
    .explanation = A futárszolgálat jelzése szerint az Ön csomagja megsérült. Lehet, hogy nem tudják kézbesíteni.
    .action = Kérjük, a rendelésszámmal keresse meg az eladót, és egyeztessen vele a további teendőkről.

lost = A csomag nem található
    .explanation = A futárszolgálat jelzése szerint az Ön csomagja jelenleg nem található.
    .action = Kérjük, a rendelésszámmal keresse meg az eladót, és egyeztessen vele a további teendőkről.

refused = Az átvételt megtagadták
    .explanation = A futárszolgálat jelzése szerint az Ön csomagját az átadáskor nem vették át.
    .action = Ha továbbra is szeretné megkapni a csomagot, kérjük, keresse meg a futárszolgálatot vagy az eladót.

address_problem = Gond van a kézbesítési címmel
    .explanation = A futárszolgálat a rendelkezésére álló cím vagy címzettadatok alapján nem tudja kézbesíteni az Ön csomagját.
    .action = Kérjük, keresse meg a futárszolgálatot vagy az eladót, és erősítse meg címét és elérhetőségeit.

security_hold = Ellenőrzés miatt visszatartva
    .explanation = Az Ön csomagját biztonsági vagy szabályossági ellenőrzés miatt visszatartják. A futárszolgálat nem közölte, meddig tart.

returning = Úton vissza a feladóhoz
    .explanation = Az Ön csomagját visszaküldik a feladónak.
    .action = Ha továbbra is szeretné megkapni az árut, vagy visszatérítésre vár, kérjük, keresse meg az eladót.

returned = Visszaérkezett a feladóhoz
    .explanation = A futárszolgálat jelzése szerint az Ön csomagja visszaérkezett a feladóhoz.
    .action = Ha továbbra is szeretné megkapni az árut, vagy visszatérítésre vár, kérjük, keresse meg az eladót.

expired = Régóta nincs új adat
    .explanation = A futárszolgálat hosszabb ideje nem közölt semmi újat az Ön csomagjáról.
    .action = Ha nem kapta meg a csomagját, kérjük, keresse meg az eladót.

cancelled = A küldemény törölve
    .explanation = Ezt a küldeményt törölték. A csomagot nem szállítják tovább a tervek szerint.
    .action = Ha nem számított erre, kérjük, keresse meg az eladót.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = A kézbesítés várható napja: { $date }
expected-later = Az új várható nap: { $date }, { $days ->
        [one] egy nappal
       *[other] { $days } nappal
    } később az először jelzettnél.
expected-earlier = Az új várható nap: { $date }, { $days ->
        [one] egy nappal
       *[other] { $days } nappal
    } korábban az először jelzettnél.
held-until = Az átvétel utolsó napja: { $date }
place = Hely: { $place }.
reference = Csomagszám: { $tracking }.
carrier-reference = Futárszolgálat: { $carrier }, csomagszám: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Senki sem volt ott, aki átvehette volna a csomagot.
detail-no-access = A futár nem jutott el az ajtóig vagy a postaládáig.
detail-business-closed = Az üzlet vagy iroda zárva volt.
detail-address-incomplete = A cím hiányos, vagy nem található.
detail-payment-due = Előbb vámot, adót vagy díjat kell fizetni.
detail-documents-missing = A vámhatóság további adatokat vagy iratokat kér.
detail-bad-weather = A rossz idő miatt késnek a kézbesítések.
detail-strike = Sztrájk miatt késnek a kézbesítések.
detail-public-holiday = Munkaszüneti napon nincs kézbesítés.
detail-sorting-center = A csomag egy válogatóközpontban van.
detail-left-facility = A csomag elhagyott egy válogatóközpontot.
detail-handed-to-partner = A csomagot egy másik futárszolgálat vette át.
detail-left-at-door = A csomagot az ajtónál hagyták.
detail-left-with-neighbor = A csomagot egy szomszéd vette át.
detail-in-parcel-locker = A csomag egy csomagautomatában van.
detail-signed = A címzett aláírással igazolta az átvételt.
