# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = A aguardar informações de seguimento
    .explanation = A transportadora ainda não comunicou nada sobre a sua encomenda. O seguimento começa com a primeira leitura da transportadora.

info_received = Dados de envio recebidos
    .explanation = A transportadora recebeu os dados da sua encomenda, mas ainda não confirmou que a tem em seu poder.

picked_up = Recolhida pela transportadora
    .explanation = A transportadora recebeu a sua encomenda do remetente.

in_transit = Em trânsito
    .explanation = A sua encomenda está em circulação na rede da transportadora.

departed_origin = Saiu do local de origem
    .explanation = A sua encomenda saiu do local de origem e está a caminho do destino.

arrived_destination = Chegou à zona de destino
    .explanation = A sua encomenda chegou ao país ou à região de destino. Podem ainda seguir-se o controlo aduaneiro e o transporte local.

customs_processing = Em desalfandegamento
    .explanation = A sua encomenda está a ser tratada pela alfândega. O prazo depende das autoridades.

customs_released = Desalfandegada
    .explanation = A alfândega libertou a sua encomenda, que pode seguir viagem.

customs_action_required = É necessária a sua intervenção no desalfandegamento
    .explanation = A alfândega ou a transportadora precisa de informações, documentos ou um pagamento para que a sua encomenda possa seguir.
    .action = Verifique se recebeu uma mensagem da transportadora e envie o que é pedido, ou contacte-a indicando o seu número de seguimento.

out_for_delivery = Em distribuição
    .explanation = A sua encomenda está com o estafeta que faz as entregas na sua zona.

available_for_pickup = Disponível para levantamento
    .explanation = A sua encomenda está pronta a ser levantada.
    .action = Levante a sua encomenda. O aviso da transportadora indica o local, o prazo e o que deve apresentar.

attempt_failed = Não foi possível entregar
    .explanation = A transportadora não conseguiu entregar a sua encomenda.
    .action = Verifique se recebeu um aviso da transportadora ou contacte-a para combinar uma nova entrega ou o levantamento.

delivered = Entregue
    .explanation = A transportadora informa que a sua encomenda foi entregue.
    .dated = A transportadora informa que a sua encomenda foi entregue a { $date }.

delayed = Atrasada
    .explanation = A transportadora comunicou um imprevisto. A sua encomenda pode chegar mais tarde do que o previsto.

damaged = Danos comunicados
    .explanation = A transportadora informa que a sua encomenda sofreu danos. É possível que não possa ser entregue.
    .action = Contacte a loja, indicando o número da sua compra, para combinar os próximos passos.

lost = Encomenda não localizada
    .explanation = A transportadora informa que, de momento, não consegue localizar a sua encomenda.
    .action = Contacte a loja, indicando o número da sua compra, para combinar os próximos passos.

refused = Entrega recusada
    .explanation = A transportadora informa que a sua encomenda não foi aceite no ato da entrega.
    .action = Se ainda pretende receber a encomenda, contacte a transportadora ou a loja.

address_problem = Problema com a morada de entrega
    .explanation = A transportadora não consegue entregar a sua encomenda com a morada ou os contactos de que dispõe.
    .action = Contacte a transportadora ou a loja para confirmar a sua morada e os seus contactos.

security_hold = Retida para verificação
    .explanation = A sua encomenda está retida para uma verificação de segurança ou de conformidade. A transportadora não indicou o prazo.

returning = Em devolução ao remetente
    .explanation = A sua encomenda está a ser devolvida ao remetente.
    .action = Se ainda pretende os artigos ou aguarda um reembolso, contacte a loja.

returned = Devolvida ao remetente
    .explanation = A transportadora informa que a sua encomenda regressou ao remetente.
    .action = Se ainda pretende os artigos ou aguarda um reembolso, contacte a loja.

expired = Sem informações recentes
    .explanation = Há muito tempo que a transportadora não comunica nada de novo sobre a sua encomenda.
    .action = Se não recebeu a encomenda, contacte a loja.

cancelled = Envio anulado
    .explanation = Este envio foi anulado. A sua encomenda não seguirá viagem como previsto.
    .action = Se não esperava esta anulação, contacte a loja.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Entrega prevista: { $date }.
expected-later = Nova data prevista: { $date }, { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    } mais tarde do que o anunciado inicialmente.
expected-earlier = Nova data prevista: { $date }, { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    } mais cedo do que o anunciado inicialmente.
held-until = Está disponível até { $date }.
place = Local: { $place }.
reference = Número de seguimento: { $tracking }.
carrier-reference = Transportadora: { $carrier }, número de seguimento: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Não estava ninguém para receber a encomenda.
detail-no-access = O estafeta não conseguiu chegar à porta nem à caixa do correio.
detail-business-closed = O estabelecimento estava fechado.
detail-address-incomplete = A morada está incompleta ou não foi encontrada.
detail-payment-due = É necessário pagar primeiro direitos aduaneiros, impostos ou uma taxa.
detail-documents-missing = A alfândega precisa de mais informações ou documentos.
detail-bad-weather = O mau tempo está a atrasar as entregas.
detail-strike = Uma greve está a atrasar as entregas.
detail-public-holiday = Não há entregas no feriado.
detail-sorting-center = A encomenda está num centro de tratamento.
detail-left-facility = A encomenda saiu de um centro de tratamento.
detail-handed-to-partner = Outra transportadora ficou responsável pela encomenda.
detail-left-at-door = A encomenda foi deixada à porta.
detail-left-with-neighbor = Um vizinho recebeu a encomenda.
detail-in-parcel-locker = A encomenda está num cacifo automático.
detail-signed = O destinatário assinou a receção da encomenda.
