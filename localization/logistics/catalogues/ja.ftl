# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = 追跡情報の登録待ち
    .explanation = 配送業者からお荷物に関する情報がまだ届いていません。配送業者が最初に読み取った時点から追跡が可能になります。

info_received = 発送情報を受付
    .explanation = 配送業者がお荷物の発送情報を受け付けました。お荷物そのものの引き受けは、まだ確認されていません。

picked_up = 配送業者が引受
    .explanation = 配送業者が差出人からお荷物を引き受けました。

in_transit = 輸送中
    .explanation = お荷物は配送業者の輸送網で輸送されています。

departed_origin = 発送地を出発
    .explanation = お荷物は発送地を出発し、お届け先の地域へ向かっています。

arrived_destination = お届け先の地域に到着
    .explanation = お荷物がお届け先の国または地域に到着しました。このあと通関検査や現地での輸送が行われる場合があります。

customs_processing = 通関手続き中
    .explanation = お荷物は税関で手続き中です。所要時間は税関の審査状況によって異なります。

customs_released = 通関手続きが完了
    .explanation = お荷物の通関が許可され、輸送を再開できる状態です。

customs_action_required = 通関のためお手続きが必要です
    .explanation = お荷物の輸送を続けるには、税関または配送業者への情報や書類の提出、またはお支払いが必要です。
    .action = 配送業者からの連絡をご確認のうえ、求められた手続きを行うか、追跡番号をお手元にご用意のうえ配送業者へお問い合わせください。

out_for_delivery = 配達中
    .explanation = お荷物は、お届け先の地域を担当する配達員が配達しています。

available_for_pickup = お受け取りいただけます
    .explanation = お荷物をお預かりしており、お受け取りをお待ちしています。
    .action = お荷物をお受け取りください。受け取り場所、期限、必要な持ち物は配送業者からの通知に記載されています。

attempt_failed = お届けできませんでした
    .explanation = 配送業者がお荷物をお渡しできませんでした。
    .action = 不在連絡票などの通知をご確認いただくか、再配達または窓口での受け取りについて配送業者へご連絡ください。

delivered = 配達完了
    .explanation = 配送業者から、お荷物の配達が完了したとの連絡がありました。
    .dated = 配送業者から、{ $date }にお荷物の配達が完了したとの連絡がありました。

delayed = 配送の遅れ
    .explanation = 配送業者から輸送上の支障が報告されています。お荷物の到着が予定より遅れる場合があります。

damaged = お荷物の破損
    .explanation = 配送業者から、お荷物が破損したとの連絡がありました。お届けできない場合があります。
    .action = ご注文番号をお手元にご用意のうえ、販売店に今後の対応についてお問い合わせください。

lost = お荷物の所在を確認できません
    .explanation = 配送業者から、現在お荷物が見つからないとの連絡がありました。
    .action = ご注文番号をお手元にご用意のうえ、販売店に今後の対応についてお問い合わせください。

refused = 受け取り拒否
    .explanation = 配送業者から、お届けの際にお荷物が受け取られなかったとの連絡がありました。
    .action = お荷物の受け取りをご希望の場合は、配送業者または販売店へご連絡ください。

address_problem = お届け先住所の確認が必要です
    .explanation = 配送業者が、登録されている住所または受取人の情報ではお荷物をお届けできません。
    .action = 配送業者または販売店へご連絡のうえ、正しいご住所とご連絡先をお知らせください。

security_hold = 検査のため保留中
    .explanation = お荷物は保安上または法令上の検査のため保留されています。所要時間について、配送業者からの案内はありません。

returning = 差出人へ返送中
    .explanation = お荷物は差出人へ返送されています。
    .action = 商品の受け取りをご希望の場合や返金をお待ちの場合は、販売店へご連絡ください。

returned = 差出人へ返送済み
    .explanation = 配送業者から、お荷物が差出人のもとに戻ったとの連絡がありました。
    .action = 商品の受け取りをご希望の場合や返金をお待ちの場合は、販売店へご連絡ください。

expired = 追跡情報の更新なし
    .explanation = 配送業者から、長期間お荷物に関する新しい情報が届いていません。
    .action = お荷物が届いていない場合は、販売店へご連絡ください。

cancelled = 発送の取り消し
    .explanation = この発送は取り消されました。お荷物は予定どおりには輸送されません。
    .action = お心当たりがない場合は、販売店へご連絡ください。

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = お届け予定日：{ $date }。
expected-later = お届け予定日が{ $date }に変更されました。当初の予定より{ $days }日遅くなります。
expected-earlier = お届け予定日が{ $date }に変更されました。当初の予定より{ $days }日早くなります。
held-until = 保管期限：{ $date }。
place = 場所：{ $place }。
reference = 追跡番号：{ $tracking }。
carrier-reference = 配送業者：{ $carrier }、追跡番号：{ $tracking }。

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = お荷物を受け取れる方がいらっしゃいませんでした。
detail-no-access = 配達員が玄関先や郵便受けまで行くことができませんでした。
detail-business-closed = お届け先の事業所が休業中でした。
detail-address-incomplete = 住所に不備があるか、住所が見つかりませんでした。
detail-payment-due = 先に関税、税金または手数料のお支払いが必要です。
detail-documents-missing = 税関が追加の情報または書類を求めています。
detail-bad-weather = 悪天候のため、配達に遅れが出ています。
detail-strike = ストライキのため、配達に遅れが出ています。
detail-public-holiday = 祝日のため、配達は行われません。
detail-sorting-center = お荷物は仕分け拠点にあります。
detail-left-facility = お荷物は仕分け拠点を出発しました。
detail-handed-to-partner = お荷物は別の配送業者に引き継がれました。
detail-left-at-door = お荷物は玄関先に置かれました。
detail-left-with-neighbor = お荷物はご近所の方が受け取りました。
detail-in-parcel-locker = お荷物は宅配ロッカーに入っています。
detail-signed = 受取人が受領の署名をしました。
