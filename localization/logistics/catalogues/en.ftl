# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Waiting for tracking information
    .explanation = The carrier has not reported anything about your parcel yet. Tracking begins with the carrier's first scan.

info_received = Shipping details received
    .explanation = The carrier has the details of your parcel. It has not yet reported that it holds the parcel itself.

picked_up = With the carrier
    .explanation = The carrier has received your parcel from the sender.

in_transit = On its way
    .explanation = Your parcel is moving through the carrier's network.

departed_origin = Left the place of origin
    .explanation = Your parcel has left its place of origin and is on its way to the destination.

arrived_destination = Arrived in the destination area
    .explanation = Your parcel has reached the destination country or region. Customs checks and local transport may follow.

customs_processing = In customs clearance
    .explanation = Your parcel is being processed by customs. How long this takes is up to the authorities.

customs_released = Released by customs
    .explanation = Customs has released your parcel, and it can continue its journey.

customs_action_required = Action needed to release your parcel
    .explanation = Customs or the carrier needs information, documents or a payment before your parcel can continue.
    .action = Please look for a message from the carrier and provide what it asks for, or contact the carrier with your tracking number.

out_for_delivery = Out for delivery
    .explanation = Your parcel is with the courier who delivers in your area.

available_for_pickup = Ready for pickup
    .explanation = Your parcel is waiting to be collected.
    .action = Please collect your parcel. The carrier's notice tells you where, until when, and what to bring.

attempt_failed = Delivery was not possible
    .explanation = The carrier could not hand over your parcel.
    .action = Please look for a notice from the carrier, or contact the carrier to arrange another delivery or a pickup.

delivered = Delivered
    .explanation = The carrier reports that your parcel has been delivered.
    .dated = The carrier reports that your parcel was delivered on { $date }.

delayed = Delayed
    .explanation = The carrier reports an interruption. Your parcel may arrive later than planned.

damaged = Damage reported
    .explanation = The carrier reports that your parcel has been damaged. It may not be possible to deliver it.
    .action = Please contact the seller with your order number to agree on the next steps.

lost = Parcel cannot be found
    .explanation = The carrier reports that your parcel is missing at present.
    .action = Please contact the seller with your order number to agree on the next steps.

refused = Delivery refused
    .explanation = The carrier reports that your parcel was not accepted when it was to be handed over.
    .action = If you still want your parcel, please contact the carrier or the seller.

address_problem = Problem with the delivery address
    .explanation = The carrier cannot deliver your parcel with the address or recipient details it has.
    .action = Please contact the carrier or the seller to confirm your address and contact details.

security_hold = Held for a check
    .explanation = Your parcel is being held for a security or compliance check. The carrier has not said how long this will take.

returning = On its way back to the sender
    .explanation = Your parcel is being returned to the sender.
    .action = If you still want the items or are waiting for a refund, please contact the seller.

returned = Returned to the sender
    .explanation = The carrier reports that your parcel is back with the sender.
    .action = If you still want the items or are waiting for a refund, please contact the seller.

expired = No recent tracking information
    .explanation = The carrier has not reported anything new about your parcel for a long time.
    .action = If your parcel has not reached you, please contact the seller.

cancelled = Shipment cancelled
    .explanation = This shipment has been cancelled. Your parcel will not continue its journey as planned.
    .action = If you did not expect this, please contact the seller.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Expected delivery: { $date }.
expected-later = Now expected on { $date }, { $days ->
        [one] { $days } day
       *[other] { $days } days
    } later than first announced.
expected-earlier = Now expected on { $date }, { $days ->
        [one] { $days } day
       *[other] { $days } days
    } earlier than first announced.
held-until = It is kept for you until { $date }.
place = Place: { $place }.
reference = Tracking number: { $tracking }.
carrier-reference = Carrier: { $carrier }, tracking number: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Nobody was there to accept the parcel.
detail-no-access = The courier could not reach the door or the letterbox.
detail-business-closed = The business was closed.
detail-address-incomplete = The address is incomplete or could not be found.
detail-payment-due = Customs duty, tax or a fee has to be paid first.
detail-documents-missing = Customs needs more information or documents.
detail-bad-weather = Bad weather is holding up deliveries.
detail-strike = A strike is holding up deliveries.
detail-public-holiday = Nothing is delivered on the public holiday.
detail-sorting-center = The parcel is at a sorting center.
detail-left-facility = The parcel has left a sorting center.
detail-handed-to-partner = Another carrier has taken over the parcel.
detail-left-at-door = The parcel was left at the door.
detail-left-with-neighbor = A neighbor has accepted the parcel.
detail-in-parcel-locker = The parcel is in a parcel locker.
detail-signed = The recipient has signed for the parcel.
