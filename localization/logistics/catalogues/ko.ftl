# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = 배송 조회 정보 대기 중
    .explanation = 운송사가 아직 고객님의 택배에 대한 정보를 등록하지 않았습니다. 운송사가 택배를 처음 스캔하면 조회할 수 있습니다.

info_received = 배송 정보 접수
    .explanation = 운송사가 고객님의 택배 정보를 접수했습니다. 물품을 인수했는지는 아직 확인되지 않았습니다.

picked_up = 운송사 인수 완료
    .explanation = 운송사가 발송인에게서 고객님의 택배를 인수했습니다.

in_transit = 운송 중
    .explanation = 고객님의 택배가 운송사의 배송망을 통해 이동하고 있습니다.

departed_origin = 발송지 출발
    .explanation = 고객님의 택배가 발송지를 떠나 목적지로 이동하고 있습니다.

arrived_destination = 목적지 지역 도착
    .explanation = 고객님의 택배가 목적지 국가 또는 지역에 도착했습니다. 이후 세관 검사와 현지 운송이 이어질 수 있습니다.

customs_processing = 통관 진행 중
    .explanation = 고객님의 택배가 세관에서 처리되고 있습니다. 소요 시간은 관계 기관에 따라 다릅니다.

customs_released = 통관 완료
    .explanation = 고객님의 택배가 통관되어 운송을 계속할 수 있습니다.

customs_action_required = 통관을 위해 조치가 필요합니다
    .explanation = 택배 운송을 계속하려면 세관 또는 운송사에 정보나 서류를 제출하거나 비용을 납부해야 합니다.
    .action = 운송사의 안내를 확인하여 요청된 사항을 처리하시거나, 운송장 번호를 준비하여 운송사에 문의해 주시기 바랍니다.

out_for_delivery = 배송 출발
    .explanation = 고객님 지역의 배송 기사가 택배를 배송하고 있습니다.

available_for_pickup = 수령 가능
    .explanation = 고객님의 택배를 수령하실 수 있습니다.
    .action = 택배를 수령해 주시기 바랍니다. 수령 장소와 기한, 준비물은 운송사의 안내에 나와 있습니다.

attempt_failed = 배송 미완료
    .explanation = 운송사가 고객님의 택배를 전달하지 못했습니다.
    .action = 운송사의 안내를 확인하시거나, 운송사에 연락하여 재배송 또는 방문 수령을 신청해 주시기 바랍니다.

delivered = 배송 완료
    .explanation = 운송사에서 고객님의 택배를 배송 완료했다고 알려 왔습니다.
    .dated = 운송사에서 { $date }에 고객님의 택배를 배송 완료했다고 알려 왔습니다.

delayed = 배송 지연
    .explanation = 운송사에서 운송 중 차질이 있다고 알려 왔습니다. 택배가 예정보다 늦게 도착할 수 있습니다.

damaged = 택배 파손
    .explanation = 운송사에서 고객님의 택배가 파손되었다고 알려 왔습니다. 배송하지 못할 수 있습니다.
    .action = 주문 번호를 준비하여 판매자에게 이후 처리 방법을 문의해 주시기 바랍니다.

lost = 택배 소재 확인 불가
    .explanation = 운송사에서 현재 고객님의 택배를 찾을 수 없다고 알려 왔습니다.
    .action = 주문 번호를 준비하여 판매자에게 이후 처리 방법을 문의해 주시기 바랍니다.

refused = 수취 거절
    .explanation = 운송사에서 택배를 전달할 때 수취가 거절되었다고 알려 왔습니다.
    .action = 택배를 계속 받기 원하시면 운송사 또는 판매자에게 연락해 주시기 바랍니다.

address_problem = 배송지 주소 확인 필요
    .explanation = 운송사가 가지고 있는 주소나 수취인 정보로는 택배를 배송할 수 없습니다.
    .action = 운송사 또는 판매자에게 연락하여 주소와 연락처를 확인해 주시기 바랍니다.

security_hold = 검사를 위해 보류 중
    .explanation = 고객님의 택배가 보안 또는 규정 준수 검사를 위해 보류되었습니다. 소요 시간은 운송사에서 아직 안내하지 않았습니다.

returning = 발송인에게 반송 중
    .explanation = 고객님의 택배가 발송인에게 반송되고 있습니다.
    .action = 상품을 계속 받기 원하시거나 환불을 기다리고 계시면 판매자에게 연락해 주시기 바랍니다.

returned = 발송인에게 반송 완료
    .explanation = 운송사에서 고객님의 택배가 발송인에게 반송되었다고 알려 왔습니다.
    .action = 상품을 계속 받기 원하시거나 환불을 기다리고 계시면 판매자에게 연락해 주시기 바랍니다.

expired = 최근 배송 정보 없음
    .explanation = 고객님의 택배에 대한 새로운 정보가 오랫동안 등록되지 않았습니다.
    .action = 택배를 받지 못하셨다면 판매자에게 연락해 주시기 바랍니다.

cancelled = 배송 취소
    .explanation = 이 배송은 취소되었습니다. 고객님의 택배는 예정대로 운송되지 않습니다.
    .action = 예상하지 못한 취소라면 판매자에게 연락해 주시기 바랍니다.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = 배송 예정일: { $date }.
expected-later = 변경된 배송 예정일은 { $date }이며, 처음 안내한 날짜보다 { $days }일 늦습니다.
expected-earlier = 변경된 배송 예정일은 { $date }이며, 처음 안내한 날짜보다 { $days }일 빠릅니다.
held-until = 보관 기한: { $date }.
place = 위치: { $place }.
reference = 운송장 번호: { $tracking }.
carrier-reference = 운송사: { $carrier }, 운송장 번호: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = 택배를 받을 분이 계시지 않았습니다.
detail-no-access = 배송 기사가 문 앞이나 우편함까지 갈 수 없었습니다.
detail-business-closed = 사업장이 문을 닫은 상태였습니다.
detail-address-incomplete = 주소가 불완전하거나 찾을 수 없었습니다.
detail-payment-due = 먼저 관세, 세금 또는 수수료를 납부해야 합니다.
detail-documents-missing = 세관에서 추가 정보 또는 서류를 요청했습니다.
detail-bad-weather = 악천후로 배송이 지연되고 있습니다.
detail-strike = 파업으로 배송이 지연되고 있습니다.
detail-public-holiday = 공휴일에는 배송하지 않습니다.
detail-sorting-center = 택배가 분류 센터에 있습니다.
detail-left-facility = 택배가 분류 센터에서 출발했습니다.
detail-handed-to-partner = 다른 운송사가 택배를 인계받았습니다.
detail-left-at-door = 택배를 문 앞에 두었습니다.
detail-left-with-neighbor = 이웃이 택배를 대신 받았습니다.
detail-in-parcel-locker = 택배가 무인 택배함에 있습니다.
detail-signed = 수취인이 서명하고 택배를 받았습니다.
