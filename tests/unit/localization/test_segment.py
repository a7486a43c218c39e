import pytest

from localization.segment import WHOLE_CHARS_MAX, halves, segment, trimmed


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
