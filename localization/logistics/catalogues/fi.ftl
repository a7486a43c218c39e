# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Odottaa seurantatietoja
    .explanation = Kuljetusyhtiö ei ole vielä ilmoittanut mitään paketistasi. Seuranta alkaa, kun paketti skannataan ensimmäisen kerran.

info_received = Lähetystiedot vastaanotettu
    .explanation = Kuljetusyhtiö on saanut pakettisi tiedot, mutta ei ole vielä ilmoittanut saaneensa itse pakettia.

picked_up = Kuljetusyhtiön hallussa
    .explanation = Kuljetusyhtiö on vastaanottanut pakettisi lähettäjältä.

in_transit = Matkalla
    .explanation = Pakettisi on kuljetettavana kuljetusyhtiön verkostossa.

departed_origin = Lähtenyt lähtöpaikasta
    .explanation = Pakettisi on lähtenyt lähtöpaikasta ja on matkalla kohteeseen.

arrived_destination = Saapunut kohdealueelle
    .explanation = Pakettisi on saapunut kohdemaahan tai kohdealueelle. Vuorossa voi vielä olla tullitarkastus ja paikallinen kuljetus.

customs_processing = Tullikäsittelyssä
    .explanation = Pakettisi on tullin käsiteltävänä. Käsittelyn kesto riippuu viranomaisista.

customs_released = Vapautettu tullista
    .explanation = Pakettisi on vapautettu tullista, ja se voi jatkaa matkaansa.

customs_action_required = Paketin vapauttaminen vaatii toimia sinulta
    .explanation = Tulli tai kuljetusyhtiö tarvitsee tietoja, asiakirjoja tai maksun, ennen kuin pakettisi voi jatkaa matkaansa.
    .action = Tarkista, onko kuljetusyhtiöltä tullut viesti, ja toimita pyydetyt tiedot, tai ota yhteyttä kuljetusyhtiöön ja ilmoita seurantakoodi.

out_for_delivery = Jakelussa
    .explanation = Kuljettaja on toimittamassa pakettiasi alueellasi.

available_for_pickup = Noudettavissa
    .explanation = Pakettisi odottaa noutoa.
    .action = Nouda pakettisi. Kuljetusyhtiön saapumisilmoituksessa kerrotaan, mistä ja mihin mennessä voit noutaa sen ja mitä tarvitset mukaan.

attempt_failed = Toimitus ei onnistunut
    .explanation = Kuljetusyhtiö ei voinut luovuttaa pakettiasi.
    .action = Tarkista, onko kuljetusyhtiöltä tullut ilmoitus, tai sovi kuljetusyhtiön kanssa uudesta toimituksesta tai noudosta.

delivered = Toimitettu
    .explanation = Kuljetusyhtiö ilmoittaa, että pakettisi on toimitettu.
    .dated = Kuljetusyhtiö ilmoittaa, että pakettisi toimitettiin { $date }.

delayed = Viivästynyt
    .explanation = Kuljetusyhtiö on ilmoittanut häiriöstä. Pakettisi voi saapua suunniteltua myöhemmin.

damaged = Vaurio ilmoitettu
    .explanation = Kuljetusyhtiö ilmoittaa, että pakettisi on vaurioitunut. Sitä ei ehkä voida toimittaa.
    .action = Ota yhteyttä myyjään, ilmoita tilausnumerosi ja sovi, miten edetään.

lost = Paketti kateissa
    .explanation = Kuljetusyhtiö ilmoittaa, että pakettisi on tällä hetkellä kateissa.
    .action = Ota yhteyttä myyjään, ilmoita tilausnumerosi ja sovi, miten edetään.

refused = Vastaanotosta kieltäydytty
    .explanation = Kuljetusyhtiö ilmoittaa, ettei pakettiasi otettu vastaan, kun sitä oltiin luovuttamassa.
    .action = Jos haluat yhä paketin, ota yhteyttä kuljetusyhtiöön tai myyjään.

address_problem = Ongelma toimitusosoitteessa
    .explanation = Kuljetusyhtiö ei voi toimittaa pakettiasi sillä olevilla osoite- tai yhteystiedoilla.
    .action = Ota yhteyttä kuljetusyhtiöön tai myyjään ja vahvista osoitteesi ja yhteystietosi.

security_hold = Pysäytetty tarkastusta varten
    .explanation = Pakettisi on pysäytetty turvallisuus- tai määräystarkastusta varten. Kuljetusyhtiö ei ole kertonut, kauanko se kestää.

returning = Matkalla takaisin lähettäjälle
    .explanation = Pakettiasi palautetaan lähettäjälle.
    .action = Jos haluat yhä tuotteet tai odotat rahojen palautusta, ota yhteyttä myyjään.

returned = Palautettu lähettäjälle
    .explanation = Kuljetusyhtiö ilmoittaa, että pakettisi on palannut lähettäjälle.
    .action = Jos haluat yhä tuotteet tai odotat rahojen palautusta, ota yhteyttä myyjään.

expired = Ei uusia seurantatietoja
    .explanation = Kuljetusyhtiö ei ole pitkään aikaan ilmoittanut paketistasi mitään uutta.
    .action = Jos et ole saanut pakettiasi, ota yhteyttä myyjään.

cancelled = Lähetys peruttu
    .explanation = Tämä lähetys on peruttu. Pakettisi ei jatka matkaansa suunnitellusti.
    .action = Jos et odottanut tätä, ota yhteyttä myyjään.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Arvioitu toimituspäivä: { $date }.
expected-later = Uusi arvioitu toimituspäivä: { $date }, { $days ->
        [one] { $days } päivän
       *[other] { $days } päivää
    } alun perin ilmoitettua myöhemmin.
expected-earlier = Uusi arvioitu toimituspäivä: { $date }, { $days ->
        [one] { $days } päivän
       *[other] { $days } päivää
    } alun perin ilmoitettua aikaisemmin.
held-until = Viimeinen noutopäivä: { $date }.
place = Paikka: { $place }.
reference = Seurantakoodi: { $tracking }.
carrier-reference = Kuljetusyhtiö: { $carrier }, seurantakoodi: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Kukaan ei ollut vastaanottamassa pakettia.
detail-no-access = Kuljettaja ei päässyt ovelle tai postilaatikolle.
detail-business-closed = Yritys oli suljettu.
detail-address-incomplete = Osoite on puutteellinen tai sitä ei löytynyt.
detail-payment-due = Ensin on maksettava tulli, vero tai muu maksu.
detail-documents-missing = Tulli tarvitsee lisätietoja tai asiakirjoja.
detail-bad-weather = Huono sää viivästyttää toimituksia.
detail-strike = Lakko viivästyttää toimituksia.
detail-public-holiday = Pyhäpäivänä ei toimiteta lähetyksiä.
detail-sorting-center = Paketti on lajittelukeskuksessa.
detail-left-facility = Paketti on lähtenyt lajittelukeskuksesta.
detail-handed-to-partner = Toinen kuljetusyhtiö on ottanut paketin kuljetettavakseen.
detail-left-at-door = Paketti on jätetty oven eteen.
detail-left-with-neighbor = Naapuri on ottanut paketin vastaan.
detail-in-parcel-locker = Paketti on pakettiautomaatissa.
detail-signed = Vastaanottaja on kuitannut paketin.
