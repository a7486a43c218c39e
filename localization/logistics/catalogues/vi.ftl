# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Đang chờ thông tin theo dõi
    .explanation = Đơn vị vận chuyển chưa có thông tin nào về kiện hàng của Quý khách. Có thể theo dõi kể từ lần quét đầu tiên của đơn vị vận chuyển.

info_received = Đã nhận thông tin gửi hàng
    .explanation = Đơn vị vận chuyển đã có thông tin về kiện hàng của Quý khách nhưng chưa xác nhận đã nhận kiện hàng.

picked_up = Đơn vị vận chuyển đã nhận hàng
    .explanation = Đơn vị vận chuyển đã nhận kiện hàng của Quý khách từ người gửi.

in_transit = Đang vận chuyển
    .explanation = Kiện hàng của Quý khách đang được luân chuyển trong mạng lưới của đơn vị vận chuyển.

departed_origin = Đã rời nơi gửi
    .explanation = Kiện hàng của Quý khách đã rời nơi gửi và đang trên đường đến điểm đến.

arrived_destination = Đã đến khu vực nhận hàng
    .explanation = Kiện hàng của Quý khách đã đến quốc gia hoặc khu vực nhận. Sau đó có thể còn kiểm tra hải quan và vận chuyển nội địa.

customs_processing = Đang làm thủ tục hải quan
    .explanation = Kiện hàng của Quý khách đang được hải quan xử lý. Thời gian xử lý tùy thuộc vào cơ quan chức năng.

customs_released = Đã thông quan
    .explanation = Hải quan đã thông quan kiện hàng của Quý khách và hàng có thể được vận chuyển tiếp.

customs_action_required = Cần bổ sung để thông quan kiện hàng
    .explanation = Hải quan hoặc đơn vị vận chuyển cần thông tin, giấy tờ hoặc khoản thanh toán để kiện hàng có thể được vận chuyển tiếp.
    .action = Vui lòng tìm thông báo của đơn vị vận chuyển và cung cấp nội dung được yêu cầu, hoặc liên hệ với đơn vị vận chuyển kèm mã vận đơn.

out_for_delivery = Đang giao hàng
    .explanation = Nhân viên giao hàng tại khu vực của Quý khách đang giữ kiện hàng để đi giao.

available_for_pickup = Sẵn sàng để nhận
    .explanation = Kiện hàng đang chờ Quý khách đến nhận.
    .action = Vui lòng đến nhận kiện hàng. Thông báo của đơn vị vận chuyển cho biết địa điểm, thời hạn và những gì cần mang theo.

attempt_failed = Giao hàng không thành công
    .explanation = Đơn vị vận chuyển chưa giao được kiện hàng cho Quý khách.
    .action = Vui lòng xem thông báo của đơn vị vận chuyển, hoặc liên hệ với họ để hẹn giao lại hoặc đến nhận.

delivered = Đã giao hàng
    .explanation = Đơn vị vận chuyển báo đã giao kiện hàng của Quý khách.
    .dated = Đơn vị vận chuyển báo đã giao kiện hàng của Quý khách vào ngày { $date }.

delayed = Giao hàng chậm
    .explanation = Đơn vị vận chuyển báo có sự cố. Kiện hàng của Quý khách có thể đến muộn hơn dự kiến.

damaged = Kiện hàng bị hư hỏng
    .explanation = Đơn vị vận chuyển báo kiện hàng của Quý khách đã bị hư hỏng. Có thể không giao được kiện hàng.
    .action = Vui lòng liên hệ với người bán kèm mã đơn hàng để thống nhất hướng xử lý.

lost = Chưa tìm thấy kiện hàng
    .explanation = Đơn vị vận chuyển báo hiện chưa tìm thấy kiện hàng của Quý khách.
    .action = Vui lòng liên hệ với người bán kèm mã đơn hàng để thống nhất hướng xử lý.

refused = Kiện hàng bị từ chối nhận
    .explanation = Đơn vị vận chuyển báo kiện hàng của Quý khách không được nhận khi giao.
    .action = Nếu vẫn muốn nhận kiện hàng, Quý khách vui lòng liên hệ với đơn vị vận chuyển hoặc người bán.

address_problem = Địa chỉ giao hàng có vấn đề
    .explanation = Đơn vị vận chuyển không thể giao kiện hàng với địa chỉ hoặc thông tin người nhận hiện có.
    .action = Vui lòng liên hệ với đơn vị vận chuyển hoặc người bán để xác nhận địa chỉ và thông tin liên hệ.

security_hold = Tạm giữ để kiểm tra
    .explanation = Kiện hàng của Quý khách đang được giữ để kiểm tra an ninh hoặc kiểm tra theo quy định. Đơn vị vận chuyển chưa cho biết thời gian kiểm tra.

returning = Đang hoàn về người gửi
    .explanation = Kiện hàng của Quý khách đang được chuyển trả cho người gửi.
    .action = Nếu vẫn muốn nhận hàng hoặc đang chờ hoàn tiền, Quý khách vui lòng liên hệ với người bán.

returned = Đã hoàn về người gửi
    .explanation = Đơn vị vận chuyển báo kiện hàng của Quý khách đã về lại người gửi.
    .action = Nếu vẫn muốn nhận hàng hoặc đang chờ hoàn tiền, Quý khách vui lòng liên hệ với người bán.

expired = Không có thông tin mới gần đây
    .explanation = Đã lâu đơn vị vận chuyển không có thông tin mới về kiện hàng của Quý khách.
    .action = Nếu chưa nhận được kiện hàng, Quý khách vui lòng liên hệ với người bán.

cancelled = Vận đơn đã bị hủy
    .explanation = Vận đơn này đã bị hủy. Kiện hàng của Quý khách sẽ không được vận chuyển tiếp như dự kiến.
    .action = Nếu Quý khách không yêu cầu hủy, vui lòng liên hệ với người bán.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Ngày giao dự kiến: { $date }.
expected-later = Ngày giao dự kiến mới: { $date }, muộn hơn { $days } ngày so với thông báo ban đầu.
expected-earlier = Ngày giao dự kiến mới: { $date }, sớm hơn { $days } ngày so với thông báo ban đầu.
held-until = Kiện hàng được giữ đến hết ngày { $date }.
place = Địa điểm: { $place }.
reference = Mã vận đơn: { $tracking }.
carrier-reference = Đơn vị vận chuyển: { $carrier }, mã vận đơn: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Không có ai để nhận kiện hàng.
detail-no-access = Nhân viên giao hàng không đến được cửa hoặc hộp thư.
detail-business-closed = Cơ sở kinh doanh đóng cửa.
detail-address-incomplete = Địa chỉ không đầy đủ hoặc không tìm thấy.
detail-payment-due = Cần nộp thuế nhập khẩu, các loại thuế khác hoặc phí trước.
detail-documents-missing = Hải quan cần thêm thông tin hoặc giấy tờ.
detail-bad-weather = Thời tiết xấu làm chậm việc giao hàng.
detail-strike = Đình công làm chậm việc giao hàng.
detail-public-holiday = Không giao hàng vào ngày lễ.
detail-sorting-center = Kiện hàng đang ở trung tâm phân loại.
detail-left-facility = Kiện hàng đã rời trung tâm phân loại.
detail-handed-to-partner = Kiện hàng đã được chuyển cho đơn vị vận chuyển khác.
detail-left-at-door = Kiện hàng đã được để trước cửa.
detail-left-with-neighbor = Hàng xóm đã nhận kiện hàng.
detail-in-parcel-locker = Kiện hàng đang ở tủ nhận hàng tự động.
detail-signed = Người nhận đã ký nhận kiện hàng.
