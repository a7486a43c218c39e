# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = 等待物流信息
    .explanation = 承运商尚未提供您包裹的任何信息。承运商首次扫描后即可开始跟踪。

info_received = 已收到寄件信息
    .explanation = 承运商已收到您包裹的寄件信息，但尚未确认收到包裹。

picked_up = 承运商已揽收
    .explanation = 承运商已从寄件方处收到您的包裹。

in_transit = 运输途中
    .explanation = 您的包裹正在承运商的网络中运输。

departed_origin = 已离开始发地
    .explanation = 您的包裹已离开始发地，正在运往目的地。

arrived_destination = 已到达目的地区
    .explanation = 您的包裹已到达目的地所在的国家或地区，后续可能还需经过海关查验和当地运输。

customs_processing = 海关处理中
    .explanation = 您的包裹正在由海关处理，所需时间由相关部门决定。

customs_released = 海关已放行
    .explanation = 海关已放行您的包裹，包裹可以继续运输。

customs_action_required = 需要您配合办理放行手续
    .explanation = 海关或承运商需要补充信息、文件或款项，您的包裹才能继续运输。
    .action = 请查看承运商发来的通知并按要求提供所需内容，或凭运单号联系承运商。

out_for_delivery = 正在派送
    .explanation = 您的包裹正由您所在区域的派送人员派送。

available_for_pickup = 等待取件
    .explanation = 您的包裹正在等待领取。
    .action = 请领取您的包裹。取件地点、期限和所需证件请以承运商的通知为准。

attempt_failed = 未能成功派送
    .explanation = 承运商未能将您的包裹送交。
    .action = 请查看承运商留下的通知，或联系承运商重新安排派送或自取。

delivered = 已送达
    .explanation = 承运商反馈您的包裹已送达。
    .dated = 承运商反馈您的包裹已于{ $date }送达。

delayed = 运输延误
    .explanation = 承运商反馈运输过程中出现异常，您的包裹可能会晚于计划时间到达。

damaged = 包裹受损
    .explanation = 承运商反馈您的包裹已受损，可能无法派送。
    .action = 请凭订单号联系商家，商定后续处理方式。

lost = 暂未找到包裹
    .explanation = 承运商反馈目前未能找到您的包裹。
    .action = 请凭订单号联系商家，商定后续处理方式。

refused = 包裹被拒收
    .explanation = 承运商反馈您的包裹在派送时未被签收。
    .action = 如果您仍需要该包裹，请联系承运商或商家。

address_problem = 收件地址有问题
    .explanation = 承运商无法根据现有的地址或收件信息派送您的包裹。
    .action = 请联系承运商或商家，确认您的地址和联系方式。

security_hold = 暂扣待查
    .explanation = 您的包裹因安全或合规检查被暂扣，承运商尚未说明所需时间。

returning = 正在退回寄件方
    .explanation = 您的包裹正在退回寄件方。
    .action = 如果您仍需要商品或在等待退款，请联系商家。

returned = 已退回寄件方
    .explanation = 承运商反馈您的包裹已退回寄件方。
    .action = 如果您仍需要商品或在等待退款，请联系商家。

expired = 近期没有物流更新
    .explanation = 承运商已很长时间没有更新您包裹的信息。
    .action = 如果您尚未收到包裹，请联系商家。

cancelled = 运单已取消
    .explanation = 该运单已取消，您的包裹不会按原计划继续运输。
    .action = 如果这不在您的预期之内，请联系商家。

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = 预计送达日期：{ $date }。
expected-later = 最新预计送达日期：{ $date }，比最初预计晚{ $days }天。
expected-earlier = 最新预计送达日期：{ $date }，比最初预计早{ $days }天。
held-until = 包裹将为您保管至{ $date }。
place = 地点：{ $place }。
reference = 运单号：{ $tracking }。
carrier-reference = 承运商：{ $carrier }，运单号：{ $tracking }。

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = 派送时无人在场签收。
detail-no-access = 派送人员无法到达门口或信箱。
detail-business-closed = 派送时收件单位未营业。
detail-address-incomplete = 地址不完整或无法找到。
detail-payment-due = 需先缴纳关税、税款或其他费用。
detail-documents-missing = 海关需要补充信息或文件。
detail-bad-weather = 受恶劣天气影响，派送有所延误。
detail-strike = 受罢工影响，派送有所延误。
detail-public-holiday = 公共假日期间不派送。
detail-sorting-center = 包裹正在分拣中心。
detail-left-facility = 包裹已离开分拣中心。
detail-handed-to-partner = 包裹已转交其他承运商。
detail-left-at-door = 包裹已放在门口。
detail-left-with-neighbor = 包裹已由邻居代收。
detail-in-parcel-locker = 包裹已放入快递柜。
detail-signed = 收件人已签收。
