"""What people write in catalogues of programs and shops, and the gate once refused; and the fault next to it."""

import pytest

from cli.gate_cases import BadCase, read_case
from localization.gate.case import Case
from localization.gate.judge import judge
from schemas.reasons import Warn


def reasons(source, translation, target, source_locale="en", **rest):
    case = Case(source=source, translation=translation, source_locale=source_locale, target_locale=target, **rest)
    return judge(case)


PLACEHOLDERS = [
    ("You may not delete it: it has :text related.", "Du kan ikke slette det: det har relatert :text.", "nb"),
    ("The :attribute must be accepted.", ":attributeを承認してください。", "ja"),
    ("The storage is off. %sFind out why%s.", "Das Lager ist aus. %sFinden Sie heraus, warum%s.", "de"),
    ("Use the %soption%s here", "Usa qui l'%sopzione%s", "it"),
    ("Would you like to %sconfigure%s it?", "%s設定%sを行いますか?", "ja"),
    ("Max Date %1", "最远日期%1", "zh-CN"),
    ("From $level_before to $level_after", "从$level_before到$level_after", "zh-CN"),
    ("Stereo, %dHz", "Stereo, %d Hz", "da"),
    ("Image [%1x%2] saved to %3", "Изображение [%1×%2] сохранено в %3", "ru"),
    ("Please [[*URL*|view the manual online]].", "Por favor, [[*URL*|veja o manual na internet]].", "pt-BR"),
]


@pytest.mark.parametrize(("source", "shown", "target"), PLACEHOLDERS)
def test_a_placeholder_is_read_where_people_put_it(source, shown, target):
    assert Warn.GATE_PLACEHOLDERS not in reasons(source, shown, target)


@pytest.mark.parametrize(
    ("source", "shown", "target"),
    [
        ("The :attribute must be accepted.", ":attributを承認してください。", "ja"),
        ("Use the %soption%s here", "Usa qui l'opzione%s", "it"),
        ("Max Date %1", "最远日期%2", "zh-CN"),
        ("Stereo, %dHz", "Stereo, Hz", "da"),
        ("Please [[*URL*|view it online]].", "Por favor, [[*URI*|veja na internet]].", "pt-BR"),
        ("Processing… 0%%", "Obdelovanje … 0%", "sl"),
    ],
)
def test_a_placeholder_that_changed_is_seen_there_too(source, shown, target):
    assert Warn.GATE_PLACEHOLDERS in reasons(source, shown, target)


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("Are you sure you want to delete it?", "Da li ste sigurni da želite da to obrišete?", "sr", False),
        ("Are you sure you want to delete it?", "Да ли сте сигурни да желите да то обришете?", "sr", False),
        ("Are you sure you want to delete it?", "Da li ste sigurni da želite da to obrišete?", "sr-Cyrl", True),
        ("Are you sure you want to delete it?", "Vy uvereny, chto khotite eto udalit?", "ru", True),
        ("Invalid option: %s.", "Opt\x07\x1bion invalide : %s.", "fr", True),
        ("Budget for %s", "Бюд\x00жет на %s", "ru", True),
        ("two\nlines", "deux\tcolonnes\nici", "fr", False),
        ("View the snapshot", "Zobacz migawkÄ™ wykonanÄ…", "pl", True),
        ("Forest of a castle", "Les zámkÅ¯v", "cs", True),
        ("The letter Ä", "Die Note „Ä“ und das Wort „Ära“", "de", False),
    ],
)
def test_letters(source, shown, target, broken):
    assert (Warn.GATE_SCRIPT in reasons(source, shown, target)) is broken


@pytest.mark.parametrize(
    ("source", "shown", "source_locale", "target", "broken"),
    [
        (
            "Run <code>if not many of them</code> now",
            "Lancez <code>if not many of them</code> maintenant",
            "en",
            "fr",
            0,
        ),
        ("With `git bisect start` it goes on", "`git bisect start`を実行すると続行します", "en", "ja", 0),
        ("One of: all, float, text, not set", "Jedno z: all, float, text, not set", "en", "sk", 0),
        ("SMS 이름: InfoSMS 혹은 SMS Info Max 하나예요", "SMS name: InfoSMS or SMS Info Max", "ko", "en", 0),
        ("Save it now. It is not on the disk.", "Speichern Sie jetzt. It is not on the disk.", "en", "de", 1),
    ],
)
def test_what_is_typed_or_listed_is_no_copy(source, shown, source_locale, target, broken):
    assert (Warn.COPIED in reasons(source, shown, target, source_locale)) is bool(broken)


@pytest.mark.parametrize(
    ("source", "shown", "target", "broken"),
    [
        ("Released", "Publié le", "fr", False),
        ("Created by", "Erstellt von", "de", False),
        ('Connection to "%1$s" failed. Possible reasons', 'Błąd połączenia z "%1$s" . Możliwe przyczyny', "pl", False),
        ("Batteries of 2 Ah and more", "Baterias de . Ah e mais", "pt-BR", True),
        ("The address of the shop and its hours", "A morada da loja e o", "pt-PT", True),
    ],
)
def test_ends(source, shown, target, broken):
    assert (Warn.GATE_TRUNCATED in reasons(source, shown, target)) is broken


def test_a_name_may_be_spelt_in_other_letters_in_the_source():
    assert Warn.GATE_ADDITION not in reasons("포스트스크립트 파일입니다", "This is a PostScript file", "en", "ko")
    assert Warn.GATE_ADDITION in reasons("Isto é um ficheiro", "This is a PostScript file", "en", "pt-PT")


def test_a_locale_with_an_unknown_region_is_its_language():
    said = {"source": "a", "translation": "b", "source_locale": "en", "target_locale": "sr-SP"}
    assert read_case(said).target_locale == "sr"
    with pytest.raises(BadCase, match="unknown language"):
        read_case(said | {"target_locale": "xx-YY"})
