# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Takip bilgisi bekleniyor
    .explanation = Kargo firması gönderiniz hakkında henüz bilgi vermedi. Takip, gönderinin ilk kez okutulmasıyla başlar.

info_received = Gönderi bilgileri alındı
    .explanation = Kargo firması gönderinizin bilgilerini aldı, ancak gönderiyi teslim aldığını henüz bildirmedi.

picked_up = Kargo firmasında
    .explanation = Kargo firması gönderinizi göndericiden teslim aldı.

in_transit = Yolda
    .explanation = Gönderiniz kargo firmasının ağında taşınıyor.

departed_origin = Çıkış yerinden ayrıldı
    .explanation = Gönderiniz çıkış yerinden ayrıldı ve varış yerine doğru yolda.

arrived_destination = Varış bölgesine ulaştı
    .explanation = Gönderiniz varış ülkesine veya bölgesine ulaştı. Gümrük kontrolü ve yerel taşıma aşamaları kalmış olabilir.

customs_processing = Gümrük işleminde
    .explanation = Gönderinizin gümrük işlemleri sürüyor. İşlemlerin süresi yetkili makamlara bağlıdır.

customs_released = Gümrükten çıktı
    .explanation = Gümrük, gönderinizi serbest bıraktı. Gönderiniz yoluna devam edebilir.

customs_action_required = Gönderinin serbest kalması için işlem gerekiyor
    .explanation = Gönderinizin yoluna devam edebilmesi için gümrüğün veya kargo firmasının bilgiye, belgeye ya da ödemeye ihtiyacı var.
    .action = Lütfen kargo firmasından mesaj gelip gelmediğine bakın ve isteneni iletin ya da takip numaranızla kargo firmasına başvurun.

out_for_delivery = Dağıtıma çıktı
    .explanation = Gönderiniz, bölgenizde dağıtım yapan kuryede.

available_for_pickup = Teslim alınmaya hazır
    .explanation = Gönderiniz sizi bekliyor.
    .action = Lütfen gönderinizi teslim alın. Teslim alma yeri, son tarih ve yanınızda bulunması gerekenler kargo firmasının bildiriminde yazar.

attempt_failed = Teslim edilemedi
    .explanation = Kargo firması gönderinizi teslim edemedi.
    .action = Lütfen kargo firmasından bildirim gelip gelmediğine bakın ya da yeni bir teslimat veya şubeden teslim için kargo firmasıyla görüşün.

delivered = Teslim edildi
    .explanation = Kargo firması, gönderinizin teslim edildiğini bildirdi.
    .dated = Kargo firması, gönderinizin { $date } tarihinde teslim edildiğini bildirdi.

delayed = Gecikti
    .explanation = Kargo firması bir aksama bildirdi. Gönderiniz planlanandan geç ulaşabilir.

damaged = Hasar bildirildi
    .explanation = Kargo firması, gönderinizin hasar gördüğünü bildirdi. Gönderiniz teslim edilemeyebilir.
    .action = Sonraki adımları kararlaştırmak için lütfen sipariş numaranızla satıcıya başvurun.

lost = Gönderi bulunamıyor
    .explanation = Kargo firması, gönderinizin şu anda bulunamadığını bildirdi.
    .action = Sonraki adımları kararlaştırmak için lütfen sipariş numaranızla satıcıya başvurun.

refused = Teslimat reddedildi
    .explanation = Kargo firması, gönderinizin teslim sırasında kabul edilmediğini bildirdi.
    .action = Gönderinizi hâlâ almak istiyorsanız lütfen kargo firmasına veya satıcıya başvurun.

address_problem = Teslimat adresinde sorun var
    .explanation = Kargo firması, elindeki adres veya alıcı bilgileriyle gönderinizi teslim edemiyor.
    .action = Adresinizi ve iletişim bilgilerinizi doğrulamak için lütfen kargo firmasına veya satıcıya başvurun.

security_hold = Kontrol için bekletiliyor
    .explanation = Gönderiniz, güvenlik veya mevzuata uygunluk kontrolü için bekletiliyor. Kargo firması ne kadar süreceğini bildirmedi.

returning = Göndericiye iade ediliyor
    .explanation = Gönderiniz göndericiye geri gönderiliyor.
    .action = Ürünleri hâlâ istiyorsanız veya para iadesi bekliyorsanız lütfen satıcıya başvurun.

returned = Göndericiye iade edildi
    .explanation = Kargo firması, gönderinizin göndericiye geri ulaştığını bildirdi.
    .action = Ürünleri hâlâ istiyorsanız veya para iadesi bekliyorsanız lütfen satıcıya başvurun.

expired = Yeni takip bilgisi yok
    .explanation = Kargo firması uzun süredir gönderiniz hakkında yeni bir bilgi vermedi.
    .action = Gönderiniz size ulaşmadıysa lütfen satıcıya başvurun.

cancelled = Gönderi iptal edildi
    .explanation = Bu gönderi iptal edildi. Gönderiniz planlandığı gibi yoluna devam etmeyecek.
    .action = Bu iptali beklemiyorsanız lütfen satıcıya başvurun.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Tahmini teslimat: { $date }.
expected-later = Yeni tahmini teslimat: { $date }, ilk bildirilen tarihten { $days ->
        [one] bir gün
       *[other] { $days } gün
    } sonra.
expected-earlier = Yeni tahmini teslimat: { $date }, ilk bildirilen tarihten { $days ->
        [one] bir gün
       *[other] { $days } gün
    } önce.
held-until = Teslim almak için son gün: { $date }.
place = Konum: { $place }.
reference = Takip numarası: { $tracking }.
carrier-reference = Kargo firması: { $carrier }, takip numarası: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Gönderiyi teslim alacak kimse yoktu.
detail-no-access = Kurye kapıya veya posta kutusuna ulaşamadı.
detail-business-closed = İş yeri kapalıydı.
detail-address-incomplete = Adres eksik veya bulunamadı.
detail-payment-due = Önce gümrük vergisi, vergi veya ücret ödenmelidir.
detail-documents-missing = Gümrük ek bilgi veya belge istiyor.
detail-bad-weather = Kötü hava koşulları nedeniyle teslimatlar gecikiyor.
detail-strike = Grev nedeniyle teslimatlar gecikiyor.
detail-public-holiday = Resmî tatilde teslimat yapılmıyor.
detail-sorting-center = Gönderi bir aktarma merkezinde.
detail-left-facility = Gönderi bir aktarma merkezinden ayrıldı.
detail-handed-to-partner = Gönderiyi başka bir kargo firması devraldı.
detail-left-at-door = Gönderi kapıya bırakıldı.
detail-left-with-neighbor = Gönderiyi bir komşu teslim aldı.
detail-in-parcel-locker = Gönderi bir kargo dolabında.
detail-signed = Alıcı, gönderiyi imza karşılığı teslim aldı.
