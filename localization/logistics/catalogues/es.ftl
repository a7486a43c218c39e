# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = A la espera de información de seguimiento
    .explanation = El transportista aún no ha comunicado nada sobre su paquete. El seguimiento comienza con el primer registro del transportista.

info_received = Datos del envío recibidos
    .explanation = El transportista tiene los datos de su paquete, pero aún no ha confirmado que lo tenga en su poder.

picked_up = En manos del transportista
    .explanation = El transportista ha recibido su paquete de parte del remitente.

in_transit = En camino
    .explanation = Su paquete se encuentra en tránsito por la red del transportista.

departed_origin = Salió del lugar de origen
    .explanation = Su paquete ha salido del lugar de origen y va camino al destino.

arrived_destination = Llegó a la zona de destino
    .explanation = Su paquete ha llegado al país o a la región de destino. Aún pueden quedar el control de aduana y el transporte local.

customs_processing = En trámite de aduana
    .explanation = La aduana está tramitando su paquete. El plazo depende de las autoridades.

customs_released = Liberado por la aduana
    .explanation = La aduana ha liberado su paquete, que puede continuar su recorrido.

customs_action_required = Se requiere una gestión para liberar el paquete
    .explanation = La aduana o el transportista necesita información, documentos o un pago para que su paquete pueda continuar.
    .action = Revise si tiene un mensaje del transportista y envíe lo que se solicita, o póngase en contacto con él e indique su número de seguimiento.

out_for_delivery = En reparto
    .explanation = Su paquete está en manos del servicio de reparto de su zona.

available_for_pickup = Listo para recoger
    .explanation = Su paquete está listo para que lo recoja.
    .action = Recoja su paquete. El aviso del transportista indica el lugar, el plazo y lo que debe presentar.

attempt_failed = No fue posible la entrega
    .explanation = El transportista no pudo entregar su paquete.
    .action = Revise si tiene un aviso del transportista o póngase en contacto con él para acordar una nueva entrega o la recogida.

delivered = Entregado
    .explanation = El transportista indica que su paquete ha sido entregado.
    .dated = El transportista indica que su paquete fue entregado el { $date }.

delayed = Con retraso
    .explanation = El transportista informa de un imprevisto. Su paquete podría llegar más tarde de lo previsto.

damaged = Se han notificado daños
    .explanation = El transportista indica que su paquete ha sufrido daños. Es posible que no se pueda entregar.
    .action = Póngase en contacto con la tienda e indique su número de pedido para acordar los próximos pasos.

lost = Paquete sin localizar
    .explanation = El transportista indica que, por el momento, su paquete no ha sido localizado.
    .action = Póngase en contacto con la tienda e indique su número de pedido para acordar los próximos pasos.

refused = Entrega rechazada
    .explanation = El transportista indica que su paquete no fue aceptado en el momento de la entrega.
    .action = Si aún desea recibir el paquete, póngase en contacto con el transportista o con la tienda.

address_problem = Problema con la dirección de entrega
    .explanation = El transportista no puede entregar su paquete con la dirección o los datos de contacto que tiene.
    .action = Póngase en contacto con el transportista o con la tienda para confirmar su dirección y sus datos de contacto.

security_hold = Retenido para una revisión
    .explanation = Su paquete está retenido para una revisión de seguridad o de conformidad. El transportista no ha indicado cuánto tardará.

returning = En devolución al remitente
    .explanation = Su paquete va de vuelta al remitente.
    .action = Si aún desea los artículos o espera un reembolso, póngase en contacto con la tienda.

returned = Devuelto al remitente
    .explanation = El transportista indica que su paquete ha regresado al remitente.
    .action = Si aún desea los artículos o espera un reembolso, póngase en contacto con la tienda.

expired = Sin novedades recientes
    .explanation = Hace mucho tiempo que el transportista no comunica novedades sobre su paquete.
    .action = Si no ha recibido el paquete, póngase en contacto con la tienda.

cancelled = Envío cancelado
    .explanation = Este envío ha sido cancelado. Su paquete no continuará su recorrido como estaba previsto.
    .action = Si no esperaba esta cancelación, póngase en contacto con la tienda.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Entrega prevista: { $date }.
expected-later = Nueva fecha prevista: { $date }, { $days ->
        [one] { $days } día
       *[other] { $days } días
    } más tarde de lo anunciado al principio.
expected-earlier = Nueva fecha prevista: { $date }, { $days ->
        [one] { $days } día
       *[other] { $days } días
    } antes de lo anunciado al principio.
held-until = Estará a su disposición hasta el { $date }.
place = Lugar: { $place }.
reference = Número de seguimiento: { $tracking }.
carrier-reference = Transportista: { $carrier }, número de seguimiento: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = No había nadie para recibir el paquete.
detail-no-access = El repartidor no pudo llegar a la puerta ni al buzón.
detail-business-closed = El establecimiento estaba cerrado.
detail-address-incomplete = La dirección está incompleta o no se pudo encontrar.
detail-payment-due = Antes hay que pagar derechos de aduana, impuestos o un cargo por gestión.
detail-documents-missing = La aduana necesita más información o documentos.
detail-bad-weather = El mal tiempo está retrasando las entregas.
detail-strike = Una huelga está retrasando las entregas.
detail-public-holiday = Los días festivos no hay reparto.
detail-sorting-center = El paquete se encuentra en un centro de clasificación.
detail-left-facility = El paquete ha salido de un centro de clasificación.
detail-handed-to-partner = Otro transportista se ha hecho cargo del paquete.
detail-left-at-door = El paquete se dejó en la puerta.
detail-left-with-neighbor = Un vecino ha aceptado el paquete.
detail-in-parcel-locker = El paquete está en una taquilla de paquetería.
detail-signed = El destinatario firmó la entrega.
