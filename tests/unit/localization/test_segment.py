import pytest

from localization.text.segment import WHOLE_CHARS_MAX, halves, segment, trimmed


def parts(text, language="en", *, whole=False):
    return [(one.lead, one.text, one.trail) for one in segment(text, language, whole=whole)]


def test_one_sentence_is_one_request_and_the_space_between_stays():
    assert parts("Soft and warm.  Made by Mr. Silva!\n\nBuy it") == [
        ("", "Soft and warm.", "  "),
        ("", "Made by Mr. Silva!", "\n"),
        ("\n", "", ""),
        ("", "Buy it", ""),
    ]


def test_list_marks_and_emoji_stand_outside():
    assert parts("- Soft\n✓ Warm 👍\n2) Light", whole=True) == [
        ("- ", "Soft", "\n"),
        ("✓ ", "Warm", " 👍\n"),
        ("2) ", "Light", ""),
    ]


def test_a_title_stays_whole_until_it_is_prose():
    title = "Case. For phones. With strap"
    assert parts(title, whole=True) == [("", title, "")]
    prose = "A sentence of some length. " * (WHOLE_CHARS_MAX // 20)
    assert len(parts(prose, whole=True)) > 1


@pytest.mark.parametrize("text", ["-5 degrees", "3.5 inches", '"Great" they said', "#1 seller", "$5 off", "(new)"])
def test_what_belongs_to_the_text_stays_in(text):
    assert trimmed(text).text == text


@pytest.mark.parametrize("text", ["", " ", "\n\n", "👍", "-", "***", "\ue000\uec00"])
def test_nothing_to_say_gives_no_text(text):
    assert all(one.text == "" for one in segment(text, "en", whole=False))


def test_a_tag_whose_partner_is_inside_stays_inside():
    assert trimmed("\ue000Great\uec00 case").text == "\ue000Great\uec00 case"
    assert trimmed("\ue000Great case\uec00").text == "Great case"
    assert trimmed("\ue000\ue001Great\uec01 case\uec00").text == "\ue001Great\uec01 case"


def test_tags_do_not_hide_a_sentence_end():
    assert [t for _, t, _ in parts("One two \ue000three. Four\uec00 five.")] == [
        "One two \ue000three.",
        "Four\uec00 five.",
    ]


def test_a_long_sentence_is_parted_at_a_clause_near_the_middle():
    assert halves("It is soft and warm, but it is also very light") == (
        "It is soft and warm,",
        " ",
        "but it is also very light",
    )
    assert halves("one two three four") == ("one two", " ", "three four")
    assert halves("x" * 500) is None


SENTENCES = [
    ("en", "Dr. Smith has 2.5 kg. |Size: 10 x 20 x 5 in. |See e.g. p. 5. |Max. 12 V. |Really? |Yes!"),
    ("pt", "O Sr. Silva pesa 80,5 kg. |Dim. 10 x 20 cm. |Obs.: não molhar. |Aprox. 2 kg. |Tam. 37."),
    ("es", "El Sr. Pérez pesa 80,5 kg. |¿Quieres más? |¡Sí! |Aprox. 20 uds. por caja. |Núm. 5."),
    ("fr", "M. Dupont pèse 80,5 kg. |Env. 20 cm. |Voir p. ex. la page 5. |C'est bon ! |Oui ?"),
    ("de", "Dr. Müller wiegt ca. 80,5 kg. |Inkl. MwSt. z. B. für zu Hause. |Am 3. Mai kommt es an. |Gut!"),
    ("it", "Il Sig. Rossi pesa ca. 80,5 kg. |Dim. 10 x 20 cm. |Ottimo! |Art. 5 incluso."),
    ("nl", "Dhr. Jansen weegt ca. 80,5 kg. |Incl. btw. Bijv. voor thuis. |Goed!"),
    ("pl", "Dr Kowalski waży ok. 80,5 kg. |Np. do domu. |Wym. 10 x 20 cm. |Dobre!"),
    ("ru", "Г-н Иванов весит 80,5 кг. |Размер 10 х 20 см. |Т.е. хорошо! |Да?"),
    ("uk", "Вага прибл. 80,5 кг. |Розм. 10 х 20 см. |Добре! |Так?"),
    ("tr", "Örn. ev için. |Ağırlık 80,5 kg. |İyi! |3. Cadde No. 5."),
    ("el", "Ο κ. Παπάς ζυγίζει 80,5 kg. |Π.χ. για το σπίτι. |Γιατί; |Ναι."),
    ("sv", "Dr. Svensson väger ca. 80,5 kg. |T.ex. hemma. |Bra!"),
    ("ja", "これは良い商品です。|サイズは10.5cmです！|本当？|「すごい。」と言った。"),
    ("zh", "这是好产品。|尺寸10.5厘米！|真的吗？|是的。"),
    ("ko", "좋은 제품입니다. |크기는 10.5cm입니다! |정말요? |네."),
    ("ar", "هذا منتج جيد. |الحجم 10.5 سم! |هل أنت متأكد؟ |نعم."),
    ("hi", "यह अच्छा है। |आकार 10.5 सेमी है! |सच? |हाँ।"),
]


@pytest.mark.parametrize(("language", "marked"), SENTENCES, ids=[language for language, _ in SENTENCES])
def test_sentences_end_where_readers_end_them(language, marked):
    wanted = marked.split("|")
    found = [lead + text + trail for lead, text, trail in parts("".join(wanted), language)]
    assert found == wanted


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("【Long Battery Life】Up to 40 hours", ["Long Battery Life", "Up to 40 hours"]),
        ("[SAFE FOR KIDS] BPA free", ["SAFE FOR KIDS", "BPA free"]),
        ("[name] is here, [see this](there)", ["[name] is here, [see this](there)"]),
        ("PREMIUM MATERIAL: Made of steel", ["PREMIUM MATERIAL:", "Made of steel"]),
        ("UPGRADED VERSION:The new motor", ["UPGRADED VERSION:", "The new motor"]),
        ("HOT SALE!!! Watch for phones", ["HOT SALE!!!", "Watch for phones"]),
        ("SOFT & WARM – Our fabric keeps your feet warm", ["SOFT & WARM", "Our fabric keeps your feet warm"]),
        ("NATURA EKOS - Sabonete em barra", ["NATURA EKOS - Sabonete em barra"]),
        ("P: Busto 86, Cintura 70", ["", "Busto 86, Cintura 70"]),
        ("P: Serve em 110 V?", ["P: Serve em 110 V?"]),
        ("ALL OF IT: IN CAPITALS", ["ALL OF IT: IN CAPITALS"]),
        ("SALE! Watch for phones", ["SALE! Watch for phones"]),
        ("USB: fast charging", ["USB: fast charging"]),
        ("Cable | 2 m • White - new", ["Cable", "2 m", "White - new"]),
        ("★ HIGH QUALITY ★ strong seams", ["HIGH QUALITY", "strong seams"]),
        ("Stopped working :(", ["Stopped working"]),
        ("I love it <3 :)", ["I love it"]),
        ("Fits (see 3) 4:3", ["Fits (see 3) 4:3"]),
    ],
)
def test_headings_signs_and_faces_stand_apart(text, texts):
    segments = segment(text, "en", whole=True)
    assert [one.text for one in segments] == texts
    assert "".join(one.lead + one.text + one.trail for one in segments) == text
