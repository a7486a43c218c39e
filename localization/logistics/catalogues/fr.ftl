# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = En attente d'informations de suivi
    .explanation = Le transporteur n'a encore rien communiqué au sujet de votre colis. Le suivi commence dès que le colis est scanné.

info_received = Informations d'expédition reçues
    .explanation = Le transporteur dispose des informations relatives à votre colis, mais n'a pas encore signalé l'avoir reçu.

picked_up = Pris en charge par le transporteur
    .explanation = Le transporteur a reçu votre colis de la part de l'expéditeur.

in_transit = En cours d'acheminement
    .explanation = Votre colis est acheminé dans le réseau du transporteur.

departed_origin = Parti du lieu d'origine
    .explanation = Votre colis a quitté son lieu d'origine et est en route vers sa destination.

arrived_destination = Arrivé dans la zone de destination
    .explanation = Votre colis est arrivé dans le pays ou la région de destination. Un contrôle douanier et l'acheminement local peuvent encore suivre.

customs_processing = En cours de dédouanement
    .explanation = Votre colis est en cours de traitement par la douane. Le délai dépend des autorités.

customs_released = Libéré par la douane
    .explanation = La douane a libéré votre colis, qui peut poursuivre son trajet.

customs_action_required = Une démarche est nécessaire pour libérer le colis
    .explanation = La douane ou le transporteur a besoin d'informations, de documents ou d'un paiement pour que votre colis puisse poursuivre son trajet.
    .action = Vérifiez si vous avez reçu un message du transporteur et fournissez ce qui est demandé, ou contactez-le avec votre numéro de suivi.

out_for_delivery = En cours de livraison
    .explanation = Votre colis est entre les mains du service de livraison de votre secteur.

available_for_pickup = Prêt à être retiré
    .explanation = Votre colis attend d'être retiré.
    .action = Retirez votre colis. L'avis du transporteur vous indique le lieu, le délai et ce qu'il faut présenter.

attempt_failed = La livraison n'a pas été possible
    .explanation = Le transporteur n'a pas pu remettre votre colis.
    .action = Vérifiez si vous avez reçu un avis du transporteur, ou contactez-le pour convenir d'une nouvelle livraison ou d'un retrait.

delivered = Livré
    .explanation = Le transporteur indique que votre colis a été livré.
    .dated = Le transporteur indique que votre colis a été livré le { $date }.

delayed = Retardé
    .explanation = Le transporteur signale un contretemps. Votre colis pourrait arriver plus tard que prévu.

damaged = Dommage signalé
    .explanation = Le transporteur signale que votre colis a été endommagé. Il est possible qu'il ne puisse pas être livré.
    .action = Contactez le vendeur avec votre numéro de commande pour convenir de la suite.

lost = Colis introuvable
    .explanation = Le transporteur signale que votre colis est introuvable pour le moment.
    .action = Contactez le vendeur avec votre numéro de commande pour convenir de la suite.

refused = Livraison refusée
    .explanation = Le transporteur indique que votre colis n'a pas été accepté lors de sa remise.
    .action = Si vous souhaitez toujours recevoir le colis, contactez le transporteur ou le vendeur.

address_problem = Problème d'adresse de livraison
    .explanation = Le transporteur ne peut pas livrer votre colis avec l'adresse ou les coordonnées dont il dispose.
    .action = Contactez le transporteur ou le vendeur pour confirmer votre adresse et vos coordonnées.

security_hold = Retenu pour un contrôle
    .explanation = Votre colis est retenu pour un contrôle de sécurité ou de conformité. Le transporteur n'a pas indiqué de délai.

returning = En cours de retour à l'expéditeur
    .explanation = Votre colis est en cours de renvoi vers l'expéditeur.
    .action = Si vous souhaitez toujours recevoir les articles ou attendez un remboursement, contactez le vendeur.

returned = Retourné à l'expéditeur
    .explanation = Le transporteur indique que votre colis est revenu chez l'expéditeur.
    .action = Si vous souhaitez toujours recevoir les articles ou attendez un remboursement, contactez le vendeur.

expired = Aucune information récente
    .explanation = Le transporteur n'a rien communiqué de nouveau au sujet de votre colis depuis longtemps.
    .action = Si vous n'avez pas reçu le colis, contactez le vendeur.

cancelled = Expédition annulée
    .explanation = Cette expédition a été annulée. Votre colis ne poursuivra pas son trajet comme prévu.
    .action = Si vous ne vous attendiez pas à cette annulation, contactez le vendeur.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Livraison prévue : { $date }.
expected-later = Nouvelle date prévue : { $date }, soit { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    } plus tard qu'annoncé initialement.
expected-earlier = Nouvelle date prévue : { $date }, soit { $days ->
        [one] { $days } jour
       *[other] { $days } jours
    } plus tôt qu'annoncé initialement.
held-until = Il reste à votre disposition jusqu'au { $date }.
place = Lieu : { $place }.
reference = Numéro de suivi : { $tracking }.
carrier-reference = Transporteur : { $carrier }, numéro de suivi : { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Personne n'était présent pour réceptionner le colis.
detail-no-access = Le livreur n'a pas pu accéder à la porte ou à la boîte aux lettres.
detail-business-closed = L'établissement était fermé.
detail-address-incomplete = L'adresse est incomplète ou n'a pas pu être trouvée.
detail-payment-due = Des droits de douane, des taxes ou des frais doivent d'abord être réglés.
detail-documents-missing = La douane a besoin d'informations ou de documents supplémentaires.
detail-bad-weather = Les intempéries perturbent les livraisons.
detail-strike = Une grève perturbe les livraisons.
detail-public-holiday = Aucune livraison n'est effectuée les jours fériés.
detail-sorting-center = Le colis se trouve dans un centre de tri.
detail-left-facility = Le colis a quitté un centre de tri.
detail-handed-to-partner = Un autre transporteur a pris en charge le colis.
detail-left-at-door = Le colis a été déposé devant la porte.
detail-left-with-neighbor = Un voisin a réceptionné le colis.
detail-in-parcel-locker = Le colis se trouve dans une consigne à colis.
detail-signed = Le destinataire a signé à la réception du colis.
