import pytest

from localization.text.clean import clean, folded, repair_mojibake


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("Cafe\u0301", "Café"),
        ("so\u200bft\ufeff", "soft"),
        ("\u202egood\u202c \u2066deal\u2069", "good deal"),
        ("hy\u00adphen", "hyphen"),
        ("bell\x07 tab\t line\n", "bell tab\t line\n"),
        ("family 👨\u200d👩\u200d👧", "family 👨\u200d👩\u200d👧"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("wo\u200drd \u200cend\u200d", "word end"),
        ("icon \ue001", "icon "),
        ("lone \ud800", "lone "),
    ],
)
def test_what_nobody_sees_goes_and_what_spells_stays(text, cleaned):
    assert clean(text).text == cleaned
    assert clean(cleaned).text == cleaned
    assert not clean(text).repaired


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (text, wrong)
        for wrong in ("latin-1", "cp1252")
        for text in ("Ação e coração", "Größe: 40 €", "“quote – naïve", "日本語", "It’s fine…")
    ],
)
def test_mojibake_is_repaired_where_it_can_be_proven(text, wrong):
    broken = text.encode("utf-8").decode(wrong)
    mended = clean(broken)
    assert (mended.text, mended.repaired) == (text, True)


@pytest.mark.parametrize("text", ["São Paulo", "Â is honest", "FaçÃ£o é mista", "Ã", "naïve café", "Ã©" + "é"])
def test_what_may_be_honest_is_left_alone(text):
    assert repair_mojibake(text) is None


def test_utf8_read_as_cyrillic_is_repaired():
    assert clean("Размер".encode().decode("cp1251")).text == "Размер"


@pytest.mark.parametrize(
    ("text", "narrow"),
    [
        ("ＡＢＣ１２３", "ABC123"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("ｶﾞ", "ガ"),
        ("５００ｍｌ\u3000入り", "500ml 入り"),
        ("㎏ ² ½ é", "㎏ ² ½ é"),
    ],
)
def test_one_character_in_two_widths_matches_itself(text, narrow):
    assert folded(text) == narrow
