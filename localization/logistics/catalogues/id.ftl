# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Menunggu informasi pelacakan
    .explanation = Pihak ekspedisi belum memberikan informasi tentang paket Anda. Pelacakan dimulai setelah paket dipindai untuk pertama kali.

info_received = Data pengiriman diterima
    .explanation = Pihak ekspedisi sudah menerima data paket Anda, tetapi belum mengonfirmasi bahwa paketnya sudah diterima.

picked_up = Diterima oleh pihak ekspedisi
    .explanation = Pihak ekspedisi sudah menerima paket Anda dari pengirim.

in_transit = Dalam perjalanan
    .explanation = Paket Anda sedang dikirim melalui jaringan pihak ekspedisi.

departed_origin = Meninggalkan tempat asal
    .explanation = Paket Anda sudah meninggalkan tempat asal dan sedang menuju tempat tujuan.

arrived_destination = Tiba di wilayah tujuan
    .explanation = Paket Anda sudah tiba di negara atau wilayah tujuan. Setelah ini mungkin masih ada pemeriksaan bea cukai dan pengiriman lokal.

customs_processing = Dalam proses bea cukai
    .explanation = Paket Anda sedang diproses oleh bea cukai. Lamanya proses bergantung pada pihak berwenang.

customs_released = Lolos bea cukai
    .explanation = Bea cukai sudah mengizinkan paket Anda keluar, sehingga pengiriman dapat dilanjutkan.

customs_action_required = Perlu tindakan agar paket dapat dilepas
    .explanation = Bea cukai atau pihak ekspedisi memerlukan informasi, dokumen, atau pembayaran agar pengiriman paket Anda dapat dilanjutkan.
    .action = Silakan cari pesan dari pihak ekspedisi dan penuhi permintaannya, atau hubungi pihak ekspedisi dengan menyebutkan nomor resi.

out_for_delivery = Sedang diantar
    .explanation = Paket Anda dibawa oleh kurir yang mengantar di wilayah Anda.

available_for_pickup = Siap diambil
    .explanation = Paket Anda sudah dapat diambil.
    .action = Silakan ambil paket Anda. Tempat, batas waktu, dan apa yang perlu dibawa tercantum dalam pemberitahuan dari pihak ekspedisi.

attempt_failed = Pengantaran tidak berhasil
    .explanation = Pihak ekspedisi tidak dapat menyerahkan paket Anda.
    .action = Silakan cari pemberitahuan dari pihak ekspedisi, atau hubungi mereka untuk mengatur pengantaran ulang atau pengambilan.

delivered = Paket sudah diantar
    .explanation = Pihak ekspedisi melaporkan bahwa paket Anda sudah diantar.
    .dated = Pihak ekspedisi melaporkan bahwa paket Anda sudah diantar pada { $date }.

delayed = Terlambat
    .explanation = Pihak ekspedisi melaporkan adanya gangguan. Paket Anda mungkin tiba lebih lambat dari rencana.

damaged = Kerusakan dilaporkan
    .explanation = Pihak ekspedisi melaporkan bahwa paket Anda rusak. Paket mungkin tidak dapat diantar.
    .action = Silakan hubungi penjual dengan menyebutkan nomor pesanan untuk menyepakati langkah selanjutnya.

lost = Paket tidak ditemukan
    .explanation = Pihak ekspedisi melaporkan bahwa paket Anda saat ini belum ditemukan.
    .action = Silakan hubungi penjual dengan menyebutkan nomor pesanan untuk menyepakati langkah selanjutnya.

refused = Paket ditolak
    .explanation = Pihak ekspedisi melaporkan bahwa paket Anda tidak diterima saat akan diserahkan.
    .action = Jika Anda masih menginginkan paket ini, silakan hubungi pihak ekspedisi atau penjual.

address_problem = Alamat pengiriman bermasalah
    .explanation = Pihak ekspedisi tidak dapat mengantar paket Anda dengan alamat atau data penerima yang ada.
    .action = Silakan hubungi pihak ekspedisi atau penjual untuk memastikan alamat dan kontak Anda.

security_hold = Ditahan untuk pemeriksaan
    .explanation = Paket Anda ditahan untuk pemeriksaan keamanan atau kepatuhan. Pihak ekspedisi belum menyebutkan lamanya.

returning = Dalam perjalanan kembali ke pengirim
    .explanation = Paket Anda sedang dikembalikan ke pengirim.
    .action = Jika Anda masih menginginkan barangnya atau menunggu pengembalian dana, silakan hubungi penjual.

returned = Dikembalikan ke pengirim
    .explanation = Pihak ekspedisi melaporkan bahwa paket Anda sudah kembali ke pengirim.
    .action = Jika Anda masih menginginkan barangnya atau menunggu pengembalian dana, silakan hubungi penjual.

expired = Tidak ada informasi terbaru
    .explanation = Pihak ekspedisi sudah lama tidak memberikan kabar baru tentang paket Anda.
    .action = Jika paket belum Anda terima, silakan hubungi penjual.

cancelled = Pengiriman dibatalkan
    .explanation = Pengiriman ini dibatalkan. Paket Anda tidak akan dikirim sesuai rencana.
    .action = Jika Anda tidak mengetahui pembatalan ini, silakan hubungi penjual.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Perkiraan tiba: { $date }.
expected-later = Perkiraan tiba yang baru: { $date }, { $days } hari lebih lambat dari pemberitahuan awal.
expected-earlier = Perkiraan tiba yang baru: { $date }, { $days } hari lebih cepat dari pemberitahuan awal.
held-until = Batas waktu pengambilan: { $date }.
place = Tempat: { $place }.
reference = Nomor resi: { $tracking }.
carrier-reference = Ekspedisi: { $carrier }, nomor resi: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Tidak ada orang yang dapat menerima paket.
detail-no-access = Kurir tidak dapat mencapai pintu atau kotak surat.
detail-business-closed = Tempat usaha sedang tutup.
detail-address-incomplete = Alamat tidak lengkap atau tidak dapat ditemukan.
detail-payment-due = Bea masuk, pajak, atau biaya harus dibayar terlebih dahulu.
detail-documents-missing = Bea cukai memerlukan informasi atau dokumen tambahan.
detail-bad-weather = Pengantaran terhambat karena cuaca buruk.
detail-strike = Pengantaran terhambat karena pemogokan kerja.
detail-public-holiday = Tidak ada pengantaran pada hari libur.
detail-sorting-center = Paket berada di pusat penyortiran.
detail-left-facility = Paket sudah meninggalkan pusat penyortiran.
detail-handed-to-partner = Paket sudah diambil alih oleh ekspedisi lain.
detail-left-at-door = Paket diletakkan di depan pintu.
detail-left-with-neighbor = Paket diterima oleh tetangga.
detail-in-parcel-locker = Paket berada di loker paket.
detail-signed = Penerima sudah menandatangani penerimaan paket.
