import re

import pytest

from localization.protect import mask, restore


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
        lambda text: text + " QK710",
        lambda text: text.replace("QK710", "qK710"),
        lambda text: text.replace("QK710", "QK710K"),
        lambda text: text.replace("QK711", "QK710"),
        lambda text: text + " QK712",
        lambda text: text + " QK 7",
    ],
)
def test_a_lost_doubled_or_mangled_stand_in_is_no_translation(damage):
    masked = mask("The Ring bell and the Shark brush", ("Ring", "Shark"))
    assert masked.text == "The QK710 bell and the QK711 brush"
    assert restore(masked, damage(masked.text), "en", "pt-BR") is None


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
