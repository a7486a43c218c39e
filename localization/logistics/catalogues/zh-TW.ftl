# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = 等待物流資訊
    .explanation = 物流業者尚未提供您包裹的任何資訊。物流業者首次掃描後即可開始追蹤。

info_received = 已收到寄件資料
    .explanation = 物流業者已收到您包裹的寄件資料，但尚未確認收到包裹。

picked_up = 物流業者已收件
    .explanation = 物流業者已向寄件人收取您的包裹。

in_transit = 運送中
    .explanation = 您的包裹正在物流業者的運輸網路中運送。

departed_origin = 已離開寄件地
    .explanation = 您的包裹已離開寄件地，正運往目的地。

arrived_destination = 已抵達目的地區
    .explanation = 您的包裹已抵達目的地所在的國家或地區，後續可能仍需經過海關查驗與當地運送。

customs_processing = 清關中
    .explanation = 您的包裹正由海關處理，所需時間由主管機關決定。

customs_released = 海關已放行
    .explanation = 海關已放行您的包裹，包裹可以繼續運送。

customs_action_required = 需要您協助辦理通關
    .explanation = 海關或物流業者需要資料、文件或付款，您的包裹才能繼續運送。
    .action = 請查看物流業者寄來的通知並依指示提供所需內容，或備妥追蹤號碼與物流業者聯絡。

out_for_delivery = 配送中
    .explanation = 您所在區域的配送人員正在配送您的包裹。

available_for_pickup = 可領取包裹
    .explanation = 您的包裹正等候領取。
    .action = 請前往領取包裹。取件地點、期限及應備證件請見物流業者的通知。

attempt_failed = 未能成功配送
    .explanation = 物流業者未能將包裹送交給您。
    .action = 請查看物流業者留下的通知，或與物流業者聯絡，重新安排配送或自取。

delivered = 已送達
    .explanation = 物流業者回報，您的包裹已送達。
    .dated = 物流業者回報，您的包裹已於{ $date }送達。

delayed = 配送延誤
    .explanation = 物流業者回報運送過程發生異常，您的包裹可能會比預定時間晚到。

damaged = 包裹受損
    .explanation = 物流業者回報，您的包裹已受損，可能無法配送。
    .action = 請備妥訂單編號與賣家聯絡，商議後續處理方式。

lost = 暫時找不到包裹
    .explanation = 物流業者回報，目前找不到您的包裹。
    .action = 請備妥訂單編號與賣家聯絡，商議後續處理方式。

refused = 包裹遭拒收
    .explanation = 物流業者回報，您的包裹在配送時遭到拒收。
    .action = 如果您仍需要這件包裹，請與物流業者或賣家聯絡。

address_problem = 收件地址有問題
    .explanation = 物流業者無法依現有的地址或收件人資料配送您的包裹。
    .action = 請與物流業者或賣家聯絡，確認您的地址與聯絡方式。

security_hold = 暫停運送以待檢查
    .explanation = 您的包裹因安全或法規檢查而暫停運送，物流業者尚未說明所需時間。

returning = 退回寄件人途中
    .explanation = 您的包裹正退回給寄件人。
    .action = 如果您仍需要商品或正在等候退款，請與賣家聯絡。

returned = 已退回寄件人
    .explanation = 物流業者回報，您的包裹已退回給寄件人。
    .action = 如果您仍需要商品或正在等候退款，請與賣家聯絡。

expired = 近期無物流更新
    .explanation = 物流業者已有很長一段時間未更新您包裹的資訊。
    .action = 如果您尚未收到包裹，請與賣家聯絡。

cancelled = 託運已取消
    .explanation = 這筆託運已取消，您的包裹不會依原定計畫繼續運送。
    .action = 如果您並未預期取消，請與賣家聯絡。

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = 預計送達日期：{ $date }。
expected-later = 最新預計送達日期：{ $date }，比最初預計晚{ $days }天。
expected-earlier = 最新預計送達日期：{ $date }，比最初預計早{ $days }天。
held-until = 包裹將為您保留至{ $date }。
place = 地點：{ $place }。
reference = 追蹤號碼：{ $tracking }。
carrier-reference = 物流業者：{ $carrier }，追蹤號碼：{ $tracking }。

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = 配送時無人可代為收件。
detail-no-access = 配送人員無法抵達門口或信箱。
detail-business-closed = 配送時收件單位未營業。
detail-address-incomplete = 地址不完整或無法找到。
detail-payment-due = 須先繳納關稅、稅金或其他費用。
detail-documents-missing = 海關需要補充資料或文件。
detail-bad-weather = 因天候不佳，配送有所延誤。
detail-strike = 因罷工影響，配送有所延誤。
detail-public-holiday = 國定假日不配送。
detail-sorting-center = 包裹目前在轉運中心。
detail-left-facility = 包裹已離開轉運中心。
detail-handed-to-partner = 包裹已轉交其他物流業者。
detail-left-at-door = 包裹已放置在門口。
detail-left-with-neighbor = 包裹已由鄰居代收。
detail-in-parcel-locker = 包裹已放入智慧取物櫃。
detail-signed = 收件人已簽收。
