"""Each law of the gate by itself: what it refuses and what it lets pass, in many languages."""

import pytest

from localization.gate.additions import adds
from localization.gate.case import Case
from localization.gate.copied import copies
from localization.gate.glossary import misses_glossary
from localization.gate.language import misses_language
from localization.gate.length import misses_length
from localization.gate.negation import changes_negation
from localization.gate.placeholders import changes_placeholders
from localization.gate.profanity import swears
from localization.gate.protected import loses_protected
from localization.gate.repetition import repeats
from localization.gate.script import misses_script
from localization.gate.sentiment import flips_sentiment
from localization.gate.tags import changes_tags
from localization.gate.truncation import truncates


def case(source, translation, target="pt-BR", source_locale="en", **rest):
    return Case(source=source, translation=translation, source_locale=source_locale, target_locale=target, **rest)


@pytest.mark.parametrize(
    ("source", "shown", "target", "terms", "broken"),
    [
        ("Buy a Samsung Galaxy now", "Compre um Samsung Galaxy já", "pt-BR", ("Samsung Galaxy",), False),
        ("Buy a Samsung Galaxy now", "Compre um Sansung Galaxy já", "pt-BR", ("Samsung Galaxy",), True),
        ("Buy a Samsung Galaxy now", "Compre uma Galáxia já", "pt-BR", ("Samsung Galaxy",), True),
        ("The Samsung screen", "Samsung'un ekranı", "tr", ("Samsung",), False),
        ("The Samsung screen", "Samsungin näyttö", "fi", ("Samsung",), False),
        ("The Samsung screen", "A Samsungnak a kijelzője", "hu", ("Samsung",), False),
        ("The Samsung screen", "三星的屏幕", "zh-CN", ("Samsung",), True),
        ("The Samsung screen", "Samsung的屏幕", "zh-CN", ("Samsung",), False),
        ("The Ring bell", "Die Klingel im Ringbuch", "de", ("Ring",), True),
        ("The Ring bell", "A campainha RING", "pt-BR", ("Ring",), False),
        ("The ring is gold", "O anel é de ouro", "pt-BR", ("Ring",), False),
        ("The Galaxy case", "A capa da galáxia", "pt-BR", ("GALAXY",), True),
        ("Ring and Ring again", "Só uma vez Ring", "pt-BR", ("Ring",), False),
        ("See https://shop.example/a", "Veja https://shop.example/b", "pt-BR", (), True),
        ("Write to a@b.example now", "Escreva já para a@c.example", "pt-BR", (), True),
        ("See https://shop.example/en/a", "Veja https://shop.example/pt-br/a", "pt-BR", (), False),
        ("See https://shop.example/en/a", "Veja https://shop.example/fr/a", "pt-BR", (), True),
        ("Order AB-12345 is here", "O pedido AB-12354 chegou", "pt-BR", (), True),
        ("Sale 🎉 today", "Promoção hoje", "pt-BR", (), True),
        ("Sale 🎉 today", "今日セール🎉", "ja", (), False),
        ("Follow #summer", "Siga #summer", "pt-BR", (), False),
    ],
)
def test_protected(source, shown, target, terms, broken):
    assert loses_protected(case(source, shown, target, protected=terms)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "broken"),
    [
        ("Hi {name}, {count} new", "Oi {name}, {count} novos", False),
        ("Hi {name}, {count} new", "Oi {nome}, {count} novos", True),
        ("Hi {name}", "Oi", True),
        ("Hi there", "Oi {name}", True),
        ("Hi {{ name }}", "Oi {{name}}", False),
        ("Hi {{name}}", "Oi {name}", True),
        ("%(user)s has %(n)d files", "%(n)d arquivos de %(user)s", False),
        ("%(user)s has %(n)d files", "%(n)s arquivos de %(user)s", True),
        ("%s of %d", "%d de %s", True),
        ("%s of %d", "%2$d de %1$s", False),
        ("100% done", "100% feito", False),
        ("Save 50% on %s", "Poupe 50% em %s", False),
        ("Move %1 to %2", "Para %2 mover %1", False),
        ("Move %1 to %2", "Para %2 mover %3", True),
        ("Delete %n files", "Apagar arquivos", True),
        ("Hi ${user.name}", "Oi ${user.name}", False),
        ("Hi %{name}", "Oi %{nome}", True),
        ("Up to :max files", "Até :max arquivos", False),
        ("Up to :max files", "Até :máx arquivos", True),
        ("Hi @user, welcome", "Oi @usuario, seja bem-vindo", True),
        ("[[brand]] shop", "Loja [[marca]]", True),
        ("$t(common.ok) now", "$t(common.ok) já", False),
        ("{% if a %}Yes{% endif %}", "{% if a %}Sim{% endif %}", False),
        ("{% if a %}Yes{% endif %}", "{% se a %}Sim{% endif %}", True),
        ("%count% items", "%count% itens", False),
        ("%count% items", "%quantidade% itens", True),
        ("Saved on %Y-%m-%d", "Salvo em %d/%m/%Y", False),
        ("{n, plural, one {# item} other {# items}}", "{n, plural, one {um item} other {# itens}}", False),
        (
            "{n, plural, one {# item} other {# items}}",
            "{n, plural, one {# item} other {# itens} many {# itens}}",
            False,
        ),
        ("{n, plural, one {# item} other {# items}}", "{m, plural, one {# item} other {# itens}}", True),
        ("{g, select, male {He} other {They}}", "{g, select, homem {Ele} other {Eles}}", True),
        ("{n, plural, other {{who} has #}}", "{n, plural, other {{quem} tem #}}", True),
        ("_File and &Edit", "_Arquivo e &Editar", False),
        ("Price: $US 5", "Preço: $US 5", False),
        ("Terms &amp; more", "Termos &amp; mais", False),
    ],
)
def test_placeholders(source, shown, broken):
    assert changes_placeholders(case(source, shown)) is broken


def test_turkish_writes_the_percent_sign_first():
    assert not changes_placeholders(case("Save 8% now", "Şimdi %8 tasarruf edin", "tr"))


@pytest.mark.parametrize(
    ("source", "shown", "broken"),
    [
        ("A <b>big</b> box", "Uma caixa <b>grande</b>", False),
        ("A <b>big</b> box", "Uma caixa grande", True),
        ("A <b>big</b> box", "Uma <b></b> caixa grande", True),
        ("A <b>big</b> box", "Uma caixa <b>grande<b>", True),
        ("A big box", "Uma <b>caixa</b> grande", True),
        ('<a href="/x">Here</a>', '<a href="/x">Aqui</a>', False),
        ('<a href="/x">Here</a>', '<a href="/y">Aqui</a>', True),
        ('<a href="/en/x">Here</a>', '<a href="/pt/x">Aqui</a>', False),
        ('<a href="/x" class="b">Here</a>', "<a class='b' href='/x'>Aqui</a>", False),
        ('<img alt="A box" src="a.png">', '<img alt="Uma caixa" src="a.png">', False),
        ('<img alt="A box" src="a.png">', '<img src="a.png">', True),
        ("One<br>two", "Um<br/>dois", False),
        ("<p>One</p><p><b>Two</b></p>", "<p><b>Um</b></p><p>Dois</p>", True),
        ("<b>A</b> and <i>b</i>", "<i>b</i> e <b>A</b>", False),
        ("<b>A <i>b</i></b>", "<b>A <i>b</b></i>", True),
        ("Click <0>here</0>", "Clique <1>aqui</1>", True),
        ("Type <name>", "Digite <nome>", False),
        ("Salt &amp; pepper", "Sal &amp;amp; pimenta", True),
        ("Salt &amp; pepper", "Sal & amp; pimenta", True),
        ("Salt &amp; pepper", "Sal e pimenta", False),
        ("A \ue000big\uec00 box", "Uma \ue000\uec00 caixa grande", True),
    ],
)
def test_tags(source, shown, broken):
    assert changes_tags(case(source, shown, format="html")) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "glossary", "broken"),
    [
        ("Use a gift card", "Use um vale-presente", "pt-BR", {"gift card": "vale-presente"}, False),
        ("Use gift cards", "Use vales-presente", "pt-BR", {"gift card": "vale-presente"}, False),
        ("Use a gift card", "Use um cartão de presente", "pt-BR", {"gift card": "vale-presente"}, True),
        ("Use a gift card", "Use um vale-presente", "pt-BR", {"gift card": "vale-presente", "card": "cartão"}, False),
        ("No term here", "Nada aqui", "pt-BR", {"gift card": "vale-presente"}, False),
        ("Warranty of the houses", "Garantie der Häuser", "de", {"house": "Haus"}, False),
        ("Your voucher", "Ihr Geschenkgutschein", "de", {"voucher": "Gutschein"}, False),
        ("Open the file", "Öffnen Sie die Daten", "de", {"file": "Datei"}, True),
        ("Add to cart", "加入购物车", "zh-CN", {"cart": "购物车"}, False),
        ("Add to cart", "加入篮子", "zh-CN", {"cart": "购物车"}, True),
        ("discard it", "descarte", "pt-BR", {"card": "cartão"}, False),
    ],
)
def test_glossary(source, shown, target, glossary, broken):
    assert misses_glossary(case(source, shown, target, glossary=glossary)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("The box is light and strong", "The box is light and strong", "pt-BR", True),
        ("Add to cart", "Add to cart", "de", True),
        ("Galaxy Tab Lite", "Galaxy Tab Lite", "de", False),
        ("It fits all of the beds.", "Es passt auf all of the beds.", "de", True),
        ("Invalid remote address specified. Try again.", "Invalid remote address specified. Повторіть.", "uk", True),
        ("Colour of the box", "Color of the box", "en-US", False),
        ("Read the GNU General Public License", "Lisez la GNU General Public License", "fr", False),
    ],
)
def test_copied(source, shown, target, broken):
    assert copies(case(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("A big box", "Uma caixa большая", "pt-BR", True),
        ("A big box", "Большая коробка", "ru", False),
        ("A big box", "Bolshaya korobka", "ru", True),
        ("A big box", "Большая кoробка", "ru", True),  # a Latin o
        ("Galaxy S24", "Galaxy S24", "ru", False),
        ("A big box", "大箱子的颜色", "zh-TW", True),
        ("A big box", "大箱子的顏色", "zh-TW", False),
        ("A big box", "大箱子的顏色", "zh-CN", True),
        ("A big box", "大きな箱", "ja", False),
        ("A big box", "큰 상자", "ja", True),
        ("A big box", "कोई बड़ा डिब्बा", "hi", False),
        ("A big box", "صندوق كبير", "ar", False),
        ("A big box", "צופסה גדולה", "ar", True),
        ("A big box", "Uma caixa Ã© grande", "pt-BR", True),
        ("A big box", "Uma caixa grande\ufffd", "pt-BR", True),
        ("5 µm filter, 10 Ω", "Filtro de 5 µm, 10 Ω", "pt-BR", False),
        ("The word 大 is big", "A palavra 大 é grande", "pt-BR", False),
        ("Ελληνικά", "Um menu grego Ελληνικά", "pt-BR", False),
    ],
)
def test_script(source, shown, target, broken):
    assert misses_script(case(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("shown", "target", "broken"),
    [
        ("O produto chegou antes do prazo e funciona muito bem.", "pt-BR", False),
        ("Das Produkt kam vor dem Termin an und funktioniert sehr gut.", "pt-BR", True),
        ("El producto llegó antes de la fecha y funciona muy bien.", "pt-BR", True),
        ("The product came before its date and works very well.", "fr", True),
        ("Produkt dotarł przed terminem i działa bardzo dobrze.", "cs", True),
        ("Продукт пришел раньше срока и работает очень хорошо.", "ru", False),
        ("Varen kom før tiden og virker meget godt.", "nb", False),
        ("Galaxy Tab S9 Ultra WiFi Edition Black", "fr", False),
    ],
)
def test_language(shown, target, broken):
    source = "Arrived inside a small carton. Galaxy Tab S9 Ultra WiFi Edition Black"
    assert misses_language(case(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("A good product.", "Bom, bom produto.", "pt-BR", True),
        ("A good product.", "质量很好质量很好。", "zh-CN", True),
        ("A good product.", "质量很好。", "zh-CN", False),
        ("Invalid address. Address it.", "Endereço inválido. Inválido endereço.", "pt-BR", False),
        ("It came late. I sent it back.", "Chegou tarde. Chegou tarde. Devolvi.", "pt-BR", True),
        ("She knows them.", "Ich weiß, dass Sie sie kennen.", "de", False),
        ("Very very good!", "Muito muito bom!", "pt-BR", False),
    ],
)
def test_repetition(source, shown, target, broken):
    assert repeats(case(source, shown, target)) is broken


LONG = "The color of the box is much darker than it was in all of the photos that the seller showed."


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        (LONG, "A cor da caixa é muito mais escura do que em todas as fotos que o vendedor mostrou.", "pt-BR", False),
        (LONG, "A cor da caixa.", "pt-BR", True),
        (LONG, "盒子的颜色比卖家展示的所有照片都要深得多。", "zh-CN", False),
        (LONG, "盒子。", "zh-CN", True),
        (LONG, LONG * 3, "de", True),
        ("Yes", "Ja, natürlich", "de", False),
    ],
)
def test_length(source, shown, target, broken):
    assert misses_length(case(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("It is light. It is strong too.", "É leve.", "pt-BR", True),
        ("It is light. It is strong too.", "É leve e além disso é forte.", "pt-BR", False),
        ("A box for your new shoes", "Uma caixa para", "pt-BR", True),
        ("A box (with a lid) for shoes", "Uma caixa (com tampa para sapatos", "pt-BR", True),
        ("A box for shoes, boots and more", "Eine Schachtel für Schuhe,", "de", True),
        ("Two batteries of 2.0 Ah each", "Duas baterias de . Ah cada", "pt-BR", True),
        ("Save as", "Spara som", "sv", False),
        ("Searching plug-ins", "Ricerca plug-in", "it", False),
        ("- one\n- two\n- three", "- um\n- dois", "pt-BR", True),
        ("No fields changed.", "Không có trường nào thay đổi", "vi", False),
    ],
)
def test_truncation(source, shown, target, broken):
    assert truncates(case(source, shown, target)) is broken


NEGATIONS = [
    ("pt-BR", "Não é à prova d'água.", "É à prova d'água."),
    ("es", "No es resistente al agua.", "Es resistente al agua."),
    ("fr", "Ce n’est pas étanche.", "C’est étanche."),
    ("de", "Es ist nicht wasserdicht.", "Es ist wasserdicht."),
    ("it", "Non è resistente all'acqua.", "È resistente all'acqua."),
    ("nl", "Het is niet waterdicht.", "Het is waterdicht."),
    ("pl", "Nie jest wodoodporny.", "Jest wodoodporny."),
    ("cs", "Není voděodolný.", "Je voděodolný."),
    ("sk", "Nie je vodotesný.", "Je vodotesný."),
    ("sv", "Den är inte vattentät.", "Den är vattentät."),
    ("da", "Den er ikke vandtæt.", "Den er vandtæt."),
    ("nb", "Den er ikke vanntett.", "Den er vanntett."),
    ("fi", "Se ei ole vedenpitävä.", "Se on vedenpitävä."),
    ("ro", "Nu este rezistent la apă.", "Este rezistent la apă."),
    ("hu", "Nem vízálló.", "Vízálló."),
    ("tr", "Su geçirmez değil.", "Su geçiriyor."),
    ("ru", "Он не водостойкий.", "Он водостойкий."),
    ("uk", "Він не водостійкий.", "Він водостійкий."),
    ("bg", "Не е водоустойчив.", "Водоустойчив е."),
    ("el", "Δεν είναι αδιάβροχο.", "Είναι αδιάβροχο."),
    ("ar", "ليس مقاوما للماء.", "هو مقاوم للماء."),
    ("he", "זה לא עמיד במים.", "זה עמיד במים."),
    ("hi", "यह जलरोधक नहीं है।", "यह जलरोधक है।"),
    ("ja", "防水ではありません。", "耐水です。"),
    ("ko", "방수가 아닙니다.", "방수입니다."),
    ("zh-CN", "它不防水。", "它能挡水。"),
    ("zh-TW", "它不防水。", "它能擋水。"),
    ("vi", "Nó không chống nước.", "Nó chống nước."),
    ("id", "Ini tidak tahan air.", "Ini tahan air."),
    ("th", "มันไม่กันน้ำ", "มันกันน้ำ"),
]


@pytest.mark.parametrize(("target", "denied", "said"), NEGATIONS)
def test_negation(target, denied, said):
    no, yes = "It is not waterproof.", "It is waterproof."
    assert not changes_negation(case(no, denied, target))
    assert not changes_negation(case(yes, said, target))
    assert changes_negation(case(no, said, target)) is not (target in {"ja", "zh-CN", "zh-TW"} and "防" in said)
    assert changes_negation(case(yes, denied, target))
    assert changes_negation(case(said, no, "en", target))


@pytest.mark.parametrize(
    ("source", "shown", "target"),
    [
        ("You cannot leave it empty.", "Doit être rempli ; ne peut pas être vide.", "fr"),
        ("Only 3 left", "Il n’en reste que 3", "fr"),
        ("Not only light but strong", "Leve e também forte", "pt-BR"),
        ("This is not a valid date.", "Es muss ein gültiges Datum sein.", "de"),
        ("Display the date?", "Hiển thị ngày tháng không?", "vi"),
        ("It works without a battery.", "Pil gerektirmeden çalışır.", "tr"),
        ("Unknown error", "未知错误", "zh-CN"),
        ("It is free of charge.", "Es kostet nichts.", "de"),
        ("You must agree to the terms.", "規約に同意しなければなりません。", "ja"),
    ],
)
def test_honest_negation(source, shown, target):
    assert not changes_negation(case(source, shown, target))


def test_negation_is_compared_sentence_by_sentence():
    source = "The lid is not tight. The box is light."
    assert not changes_negation(case(source, "A tampa não veda. A caixa é leve."))
    assert changes_negation(case(source, "A tampa veda. A caixa não é leve."))


REVIEWS = [
    ("pt-BR", "Produto excelente, adorei.", "Produto péssimo, odiei."),
    ("es", "Un producto excelente, me encantó.", "Un producto pésimo, lo odié."),
    ("fr", "Excellent produit, je l’adore.", "Produit horrible, je le déteste."),
    ("de", "Ausgezeichnetes Produkt, ich liebe es.", "Furchtbares Produkt, ich hasse es."),
    ("it", "Prodotto eccellente, lo adoro.", "Prodotto pessimo, lo odio."),
    ("nl", "Uitstekend product, geweldig.", "Vreselijk product, waardeloos."),
    ("pl", "Doskonały produkt, polecam.", "Okropny produkt, nie polecam."),
    ("ru", "Отличный товар, рекомендую.", "Ужасный товар, не рекомендую."),
    ("tr", "Mükemmel bir ürün, bayıldım.", "Berbat bir ürün, nefret ettim."),
    ("ja", "素晴らしい商品で、大好きです。", "ひどい商品で、がっかりしました。"),
    ("ko", "훌륭한 제품이에요. 추천합니다.", "끔찍한 제품이에요. 실망했습니다."),
    ("zh-CN", "产品非常好，很喜欢。", "产品很差，太失望了。"),
    ("ar", "منتج ممتاز، أنصح به.", "منتج سيئ، مخيب للآمال."),
    ("hi", "बेहतरीन उत्पाद, बहुत पसंद आया।", "घटिया उत्पाद, बहुत निराश हुआ।"),
    ("sv", "Utmärkt produkt, jag älskar den.", "Hemsk produkt, jag hatar den."),
    ("el", "Εξαιρετικό προϊόν, το λατρεύω.", "Απαίσιο προϊόν, το μισώ."),
]


@pytest.mark.parametrize(("target", "praise", "blame"), REVIEWS)
def test_sentiment(target, praise, blame):
    source = "Excellent product, I love it."
    assert not flips_sentiment(case(source, praise, target, field="review", rating=5))
    assert flips_sentiment(case(source, blame, target, field="review", rating=5))
    assert flips_sentiment(case(source, blame, target, field="review"))
    assert flips_sentiment(case("Terrible product, I hate it.", praise, target, field="review", rating=1))
    assert not flips_sentiment(case("Terrible product, I hate it.", blame, target, field="review", rating=1))
    assert not flips_sentiment(case(source, blame, target, field="title"))


@pytest.mark.parametrize(
    ("source", "shown", "rating", "broken"),
    [
        ("I do not recommend this shop.", "Recomendo esta loja.", 1, True),
        ("I do not recommend this shop.", "Não recomendo esta loja.", 1, False),
        ("Not bad at all!", "Nada mau!", 4, False),
        ("Great colour, but it arrived broken.", "Ótima cor, mas chegou quebrado.", 3, False),
        ("You will not find anything better.", "Você não encontra nada melhor.", 5, False),
    ],
)
def test_sentiment_hears_negation(source, shown, rating, broken):
    assert flips_sentiment(case(source, shown, field="review", rating=rating)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("The box is late.", "A porra da caixa está atrasada.", "pt-BR", True),
        ("The damn box is late.", "A porra da caixa está atrasada.", "pt-BR", False),
        ("The box is late.", "Die Scheißkiste ist zu spät.", "de", True),
        ("The box is late.", "盒子他妈的晚了。", "zh-CN", True),
        ("The box is late.", "Коробка, блядь, опоздала.", "ru", True),
        ("Scunthorpe box", "Caixa de Scunthorpe", "pt-BR", False),
        ("Enter 6 digits", "Introduzca 6 cifras", "es", False),
    ],
)
def test_profanity(source, shown, target, broken):
    assert swears(case(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("See our shop.", "Veja nossa loja em https://other.example.", "pt-BR", True),
        ("Write to us.", "Escreva para ajuda@loja.example.", "pt-BR", True),
        ("A light phone.", "Um Samsung leve.", "pt-BR", True),
        ("A light phone.", "Um telefone leve.", "pt-BR", False),
        ("A light phone from Ring.", "Um telefone Shark leve.", "pt-BR", True),
        ("A light phone.", "Um telefone leve. Compre agora e ganhe frete grátis na sua próxima compra.", "pt-BR", True),
        ("Call us.", "Ligue para +55 11 91234-5678.", "pt-BR", True),
        ("PostScript file", "Soubor PostScriptu", "cs", False),
        ("JPEG 2000 images", "Imagens JPEG2000", "pt-BR", False),
        ("It is light, strong and cheap.", "É leve. É forte e barato.", "pt-BR", False),
    ],
)
def test_additions(source, shown, target, broken):
    assert adds(case(source, shown, target, protected=("Ring", "Shark"))) is broken
