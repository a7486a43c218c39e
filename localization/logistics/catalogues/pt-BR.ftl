# Status texts of a parcel, written by Dragoman's authors and not yet read by a native reviewer (docs/logistics.md).

pending = Aguardando informações de rastreamento
    .explanation = A transportadora ainda não informou nada sobre a sua encomenda. O rastreamento começa com o primeiro registro da transportadora.

info_received = Dados de envio recebidos
    .explanation = A transportadora recebeu os dados da sua encomenda, mas ainda não informou que está com ela.

picked_up = Com a transportadora
    .explanation = A transportadora recebeu a sua encomenda do remetente.

in_transit = A caminho
    .explanation = A sua encomenda está em trânsito na rede da transportadora.

departed_origin = Saiu do local de origem
    .explanation = A sua encomenda saiu do local de origem e está a caminho do destino.

arrived_destination = Chegou à região de destino
    .explanation = A sua encomenda chegou ao país ou à região de destino. Ainda podem ocorrer a fiscalização aduaneira e o transporte local.

customs_processing = Em desembaraço aduaneiro
    .explanation = A sua encomenda está em análise na alfândega. O prazo depende das autoridades.

customs_released = Liberada pela alfândega
    .explanation = A alfândega liberou a sua encomenda, que pode seguir viagem.

customs_action_required = É preciso agir para liberar a encomenda
    .explanation = A alfândega ou a transportadora precisa de informações, documentos ou um pagamento para que a sua encomenda possa seguir.
    .action = Verifique se há uma mensagem da transportadora e envie o que foi solicitado, ou fale com ela informando o código de rastreamento.

out_for_delivery = Saiu para entrega
    .explanation = A sua encomenda está com a equipe de entrega da sua região.

available_for_pickup = Disponível para retirada
    .explanation = A sua encomenda está aguardando retirada.
    .action = Retire a sua encomenda. O aviso da transportadora informa o local, o prazo e o que você precisa levar.

attempt_failed = Não foi possível entregar
    .explanation = A transportadora não conseguiu entregar a sua encomenda.
    .action = Verifique se há um aviso da transportadora ou entre em contato com ela para combinar uma nova entrega ou a retirada.

delivered = Entregue
    .explanation = A transportadora informa que a sua encomenda foi entregue.
    .dated = A transportadora informa que a sua encomenda foi entregue em { $date }.

delayed = Atrasada
    .explanation = A transportadora informou um imprevisto. A sua encomenda pode chegar depois do previsto.

damaged = Dano informado
    .explanation = A transportadora informa que a sua encomenda foi danificada. Talvez não seja possível entregá-la.
    .action = Entre em contato com a loja informando o número do pedido para combinar os próximos passos.

lost = Encomenda não localizada
    .explanation = A transportadora informa que a sua encomenda não foi localizada até o momento.
    .action = Entre em contato com a loja informando o número do pedido para combinar os próximos passos.

refused = Entrega recusada
    .explanation = A transportadora informa que a sua encomenda não foi aceita no momento da entrega.
    .action = Se você ainda quiser receber a encomenda, entre em contato com a transportadora ou com a loja.

address_problem = Problema com o endereço de entrega
    .explanation = A transportadora não consegue entregar a sua encomenda com o endereço ou os dados de contato que possui.
    .action = Entre em contato com a transportadora ou com a loja para confirmar o seu endereço e os seus dados de contato.

security_hold = Retida para verificação
    .explanation = A sua encomenda está retida para uma verificação de segurança ou de conformidade. A transportadora não informou o prazo.

returning = Em devolução ao remetente
    .explanation = A sua encomenda está voltando para o remetente.
    .action = Se você ainda quiser os itens ou estiver aguardando um reembolso, entre em contato com a loja.

returned = Devolvida ao remetente
    .explanation = A transportadora informa que a sua encomenda voltou para o remetente.
    .action = Se você ainda quiser os itens ou estiver aguardando um reembolso, entre em contato com a loja.

expired = Sem atualizações recentes
    .explanation = Há muito tempo a transportadora não informa nada de novo sobre a sua encomenda.
    .action = Se a encomenda ainda não chegou até você, entre em contato com a loja.

cancelled = Envio cancelado
    .explanation = Este envio foi cancelado. A sua encomenda não seguirá viagem como previsto.
    .action = Se você não esperava por isso, entre em contato com a loja.

# Facts of one event, each a sentence of its own behind the explanation or the action.

expected = Entrega prevista: { $date }.
expected-later = Nova previsão de entrega: { $date }, { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    } depois da data informada inicialmente.
expected-earlier = Nova previsão de entrega: { $date }, { $days ->
        [one] { $days } dia
       *[other] { $days } dias
    } antes da data informada inicialmente.
held-until = Ela fica disponível para você até { $date }.
place = Local: { $place }.
reference = Código de rastreamento: { $tracking }.
carrier-reference = Transportadora: { $carrier }, código de rastreamento: { $tracking }.

# What carriers often say beyond the status, in curated words instead of a model's.

detail-recipient-absent = Não havia ninguém para receber a encomenda.
detail-no-access = O entregador não conseguiu chegar à porta nem à caixa de correio.
detail-business-closed = O estabelecimento estava fechado.
detail-address-incomplete = O endereço está incompleto ou não foi encontrado.
detail-payment-due = Antes é preciso pagar o imposto de importação ou uma taxa.
detail-documents-missing = A alfândega precisa de mais informações ou documentos.
detail-bad-weather = O mau tempo está atrasando as entregas.
detail-strike = Uma greve está atrasando as entregas.
detail-public-holiday = Não há entregas no feriado.
detail-sorting-center = A encomenda está em um centro de distribuição.
detail-left-facility = A encomenda saiu de um centro de distribuição.
detail-handed-to-partner = Outra transportadora assumiu o transporte da encomenda.
detail-left-at-door = A encomenda foi deixada na porta.
detail-left-with-neighbor = Um vizinho recebeu a encomenda.
detail-in-parcel-locker = A encomenda está em um armário inteligente.
detail-signed = O destinatário assinou o recebimento.
