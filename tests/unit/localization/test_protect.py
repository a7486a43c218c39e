import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from localization.protection.masking import mask, restore
from localization.text.segment import TAGS

PIECES = [
    "a",
    "Ring",
    "RING",
    ",",
    "-",
    "{name}",
    "$20",
    "R$ 1.299,90",
    "12/05/2024",
    "QK710",
    "731",
    "qk 7",
    "10 x 5 cm",
]
PIECES += ["a@b.co", "👍", "20%", "5 kg", "é", "手", "%s"]


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("Visit https://x.example/a?b=1&c=2 today", "https://x.example/a?b=1&c=2"),
        ("See www.shop.example.", "www.shop.example"),
        ("Write to first.last+x@shop.example.com.", "first.last+x@shop.example.com"),
        ("Hi {name}, hello", "{name}"),
        ("Hi {{ user.name }}, hello", "{{ user.name }}"),
        ("Hi ${name}!", "${name}"),
        ("You have %d messages", "%d"),
        ("You have %(count)s messages", "%(count)s"),
        ("Click <0/> here", "<0/>"),
        ("Order #A-1234 left", "#A-1234"),
        ("Model WH-1000XM4 works", "WH-1000XM4"),
        ("GTIN 4006381333931 on the box", "4006381333931"),
        ("Costs $1,299.99 now", "$1,299.99"),
        ("Custa R$ 1.299,90 hoje", "R$ 1.299,90"),
        ("Costs 20 € now", "20 €"),
        ("Costs USD 20 now", "USD 20"),
        ('A 15.6" screen', '15.6"'),
        ("It is 2 in wide", "2 in"),
        ("Size: 10 x 5.5 x 2 in | Color: Blue", "10 x 5.5 x 2 in"),
        ("A 6 ft cable", "6 ft"),
        ("I ❤️ this", "❤️"),
        ("At 5:30 pm sharp", "5:30 pm"),
        ("On 12/05/2024 it came", "12/05/2024"),
        ("The Ring bell", "Ring"),
        ("THE RING BELL", "RING"),
    ],
)
def test_each_kind_of_span_is_stood_in_for_and_comes_back(text, span):
    masked = mask(text, ("Ring",))
    assert [one.text for one in masked.spans] == [span]
    assert span not in masked.text
    assert restore(masked, masked.text, "en", "en") == text


@pytest.mark.parametrize(
    "text", ["Only 20% off", "A 2 in 1 tool", "rings and Ringo", "5 GB of 4K video", "a 10% discount"]
)
def test_what_the_models_keep_is_sent_as_it_is(text):
    assert mask(text, ("Ring",)).spans == ()


def test_strict_stands_in_for_plain_numbers_too():
    masked = mask("It has 2 ports and 1.5 m of cable", (), strict=True)
    assert [one.text for one in masked.spans] == ["2", "1.5"]
    assert re.fullmatch(r"It has \d{3} ports and \d{3} m of cable", masked.text)


def test_prices_come_back_in_the_target_format():
    masked = mask("From $1,120.50 to $89", ())
    assert restore(masked, masked.text, "en", "pt-BR") == "From $1.120,50 to $89"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("QK710", ""),
        lambda text: text + " or a QK710",
        lambda text: text.replace("QK710", "QK710K"),
        lambda text: text.replace("QK711", ""),
        lambda text: text.replace("QK711", "QK710"),
        lambda text: text + " QK712",
        lambda text: text + " QK 7",
    ],
)
def test_a_lost_doubled_or_mangled_stand_in_is_no_translation(damage):
    masked = mask("The Ring bell and the Shark brush", ("Ring", "Shark"))
    assert masked.text == "The QK710 bell and the QK711 brush"
    assert restore(masked, damage(masked.text), "en", "pt-BR") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text + " QK710.",
        lambda text: text.replace("QK710", "qk710"),
        lambda text: text.replace("QK710", "QK 710"),
        lambda text: text.replace("QK710", "QK-71 0"),
        lambda text: text.replace("QK710", "QK710 QK710"),
        lambda text: text.replace("QK711 QK712", "QK712 QK712"),
        lambda text: text.replace("QK711 QK712", "QK711"),
        lambda text: text.replace("QK711 QK712", "QK712"),
        lambda text: text.replace("QK712", "QK7112"),
        lambda text: text.replace(", QK713", ""),
        lambda text: text.replace("the QK710", "theQK710"),
        lambda text: text.replace("QK710 bell", "QK710bell"),
        lambda text: text.replace("QK711", "QK711s"),
    ],
)
def test_a_damage_whose_cause_is_certain_is_repaired(damage):
    text = "the Ring bell is a Shark iPhone13X, Echo"
    masked = mask(text, ("Ring", "Shark", "iPhone13X", "Echo"))
    assert masked.text == "the QK710 bell is a QK711 QK712, QK713"
    shown = restore(masked, damage(masked.text), "en", "pt-BR")
    assert shown in {text, text + "."}


@given(
    st.lists(
        st.sampled_from(["a", "bell", ",", "-", "Ring", "Shark", "Echo", "$20", "10 x 5 cm"]), min_size=1, max_size=12
    ),
    st.sampled_from(["drop", "double", "small", "apart", "grow", "swap"]),
    st.integers(0, 11),
)
def test_no_repair_of_one_damage_is_wrong(words, damage, which):
    text = " ".join(words)
    masked = mask(text, ("Ring", "Shark", "Echo"))
    assume(masked.spans)
    name = masked.spans[which % len(masked.spans)].sentinel
    other = masked.spans[(which + 1) % len(masked.spans)].sentinel
    put = {"drop": "", "double": f"{name} {name}", "small": name.lower(), "apart": f"{name[:2]} {name[2:]}"}
    put |= {"grow": f"{name}7", "swap": other}
    damaged = masked.text.replace(name, put[damage])
    shown = restore(masked, damaged, "en", "pt-BR")
    assert shown is None or re.findall(r"[\w$]+", shown) == re.findall(r"[\w$]+", text)


@given(st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=20).map(" ".join), st.booleans())
def test_any_text_is_itself_again(text, strict):
    assume(not TAGS.search(text))
    masked = mask(text, ("Ring",), strict=strict)
    assert restore(masked, masked.text, "en", "en") in {text, None}
    if "QK" not in text.upper():
        assert restore(masked, masked.text, "en", "en") == text


def test_a_fixed_translation_is_written_in_at_first_and_stood_in_for_when_strict():
    terms = {"Throw pillows": "Almofadas", "case": "capa", "SonicWave": "SonicWave"}
    text = "Throw pillows and a case for SonicWave, encased"
    first = mask(text, (), terms)
    assert first.text == "Almofadas and a capa for QK710, encased"
    assert restore(first, "Almofadas e uma capa para QK710", "en", "pt-BR") == "Almofadas e uma capa para SonicWave"
    second = mask(text, (), terms, strict=True)
    assert second.text == "QK710 and a QK711 for QK712, encased"
    shown = restore(second, "QK710 e uma QK711 para QK712", "en", "pt-BR")
    assert shown == "Almofadas e uma capa para SonicWave"


def test_a_phone_is_known_by_the_region_of_its_text():
    text = "Ligue 11 3071 0000 agora"
    assert mask(text, ()).text == text
    assert mask(text, (), region="BR").text == "Ligue QK710 agora"


def test_a_span_that_is_found_twice_is_one():
    masked = mask("The SM-G991B for a Nintendo Switch", ("SM-G991B", "SM-G991B", "Nintendo Switch", "Switch"))
    assert masked.text == "The QK710 for a QK711"
    assert [span.text for span in masked.spans] == ["SM-G991B", "Nintendo Switch"]


def test_what_is_protected_is_no_glossary_term():
    masked = mask("Gift card from gift.com/card", ("Gift card",), {"card": "cartão", "Gift": "Presente"})
    assert masked.text == "QK710 from QK711"


def test_a_fixed_translation_beside_a_span_keeps_both():
    masked = mask("card $20", (), {"card": "cartão"}, strict=True)
    assert restore(masked, masked.text, "en", "en") == "cartão $20"


def test_an_amount_whose_stand_in_grew_is_no_translation():
    masked = mask("It costs $20 now", ())
    (span,) = masked.spans
    for damaged in (f"1{span.sentinel}", f"{span.sentinel}.5", f"{span.sentinel}%"):
        assert restore(masked, masked.text.replace(span.sentinel, damaged), "en", "pt-BR") is None


def test_a_text_that_looks_like_a_stand_in_does_not_confuse():
    text = "QK710 and Ring for $20 or 731 points"
    masked = mask(text, ("Ring",))
    assert restore(masked, masked.text, "en", "en") == text
    assert len({span.sentinel for span in masked.spans}) == len(masked.spans)


def test_touching_spans_are_one_and_inserted_spaces_go_again():
    text = "mailto:a@b.com😍yes"
    masked = mask(text, ())
    assert restore(masked, masked.text, "en", "en") == text
    assert [span.text for span in mask("\ue000Ring\uec00 bell", ("Ring",)).spans] == ["\ue000Ring\uec00"]
