# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = En espera de información de rastreo
    .explanation = La paquetería aún no ha registrado nada sobre su paquete. El rastreo comienza cuando la paquetería lo escanea por primera vez.

info_received = Datos del envío recibidos
    .explanation = La paquetería ya tiene los datos de su paquete, pero aún no ha confirmado que lo recibió.

picked_up = En poder de la paquetería
    .explanation = La paquetería ya recibió su paquete de parte del remitente.

in_transit = En camino
    .explanation = Su paquete está en tránsito por la red de la paquetería.

departed_origin = Salió del lugar de origen
    .explanation = Su paquete salió del lugar de origen y va en camino a su destino.

arrived_destination = Llegó a la zona de destino
    .explanation = Su paquete llegó al país o a la región de destino. Todavía pueden faltar la revisión de la aduana y el traslado local.

customs_processing = En trámite de aduana
    .explanation = La aduana está revisando su paquete. El tiempo que tarde depende de las autoridades.

customs_released = Liberado por la aduana
    .explanation = La aduana liberó su paquete y ya puede continuar su camino.

customs_action_required = Se necesita un trámite para liberar su paquete
    .explanation = La aduana o la paquetería necesita información, documentos o un pago para que su paquete pueda continuar.
    .action = Revise si tiene un mensaje de la paquetería y envíe lo que le piden, o comuníquese con ella y proporcione su número de guía.

out_for_delivery = En ruta de entrega
    .explanation = El repartidor de su zona ya lleva su paquete.

available_for_pickup = Listo para recoger
    .explanation = Su paquete ya está disponible para que lo recoja.
    .action = Pase a recoger su paquete. El aviso de la paquetería indica el lugar, la fecha límite y lo que debe presentar.

attempt_failed = No se pudo entregar
    .explanation = La paquetería no pudo entregar su paquete.
    .action = Revise si tiene un aviso de la paquetería o comuníquese con ella para acordar otra entrega o pasar a recogerlo.

delivered = Entregado
    .explanation = La paquetería informa que su paquete fue entregado.
    .dated = La paquetería informa que su paquete fue entregado el { $date }.

delayed = Con retraso
    .explanation = La paquetería reporta un contratiempo. Su paquete podría llegar más tarde de lo previsto.

damaged = Daño reportado
    .explanation = La paquetería reporta que su paquete se dañó. Es posible que no se pueda entregar.
    .action = Comuníquese con la tienda y proporcione su número de pedido para acordar los siguientes pasos.

lost = Paquete no localizado
    .explanation = La paquetería reporta que, por el momento, no localiza su paquete.
    .action = Comuníquese con la tienda y proporcione su número de pedido para acordar los siguientes pasos.

refused = Entrega rechazada
    .explanation = La paquetería reporta que su paquete no fue aceptado al momento de la entrega.
    .action = Si todavía quiere recibir su paquete, comuníquese con la paquetería o con la tienda.

address_problem = Problema con el domicilio de entrega
    .explanation = La paquetería no puede entregar su paquete con el domicilio o los datos de contacto que tiene.
    .action = Comuníquese con la paquetería o con la tienda para confirmar su domicilio y sus datos de contacto.

security_hold = Detenido para revisión
    .explanation = Su paquete está detenido por una revisión de seguridad o de cumplimiento. La paquetería no ha indicado cuánto tardará.

returning = En devolución al remitente
    .explanation = Su paquete va de regreso al remitente.
    .action = Si todavía quiere los artículos o espera un reembolso, comuníquese con la tienda.

returned = Devuelto al remitente
    .explanation = La paquetería informa que su paquete ya regresó al remitente.
    .action = Si todavía quiere los artículos o espera un reembolso, comuníquese con la tienda.

expired = Sin movimientos recientes
    .explanation = Hace mucho tiempo que la paquetería no reporta nada nuevo sobre su paquete.
    .action = Si no ha recibido su paquete, comuníquese con la tienda.

cancelled = Envío cancelado
    .explanation = Este envío fue cancelado. Su paquete no continuará su camino como estaba previsto.
    .action = Si no esperaba esta cancelación, comuníquese con la tienda.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Entrega estimada: { $date }.
expected-later = Nueva fecha estimada: { $date }, { $days ->
        [one] { $days } día
       *[other] { $days } días
    } después de lo anunciado al principio.
expected-earlier = Nueva fecha estimada: { $date }, { $days ->
        [one] { $days } día
       *[other] { $days } días
    } antes de lo anunciado al principio.
held-until = Puede recogerlo hasta el { $date }.
place = Lugar: { $place }.
reference = Número de guía: { $tracking }.
carrier-reference = Paquetería: { $carrier }, número de guía: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = No había nadie para recibir el paquete.
detail-no-access = El repartidor no pudo llegar a la puerta ni al buzón.
detail-business-closed = El negocio estaba cerrado.
detail-address-incomplete = El domicilio está incompleto o no se encontró.
detail-payment-due = Primero hay que pagar el impuesto de importación o un cargo.
detail-documents-missing = La aduana necesita más información o documentos.
detail-bad-weather = El mal tiempo está retrasando las entregas.
detail-strike = Una huelga está retrasando las entregas.
detail-public-holiday = No hay entregas en el día festivo.
detail-sorting-center = El paquete está en un centro de clasificación.
detail-left-facility = El paquete salió de un centro de clasificación.
detail-handed-to-partner = Otra paquetería se hizo cargo del paquete.
detail-left-at-door = El paquete se dejó en la puerta.
detail-left-with-neighbor = Un vecino recibió el paquete.
detail-in-parcel-locker = El paquete está en un casillero de paquetería.
detail-signed = El destinatario firmó de recibido.
