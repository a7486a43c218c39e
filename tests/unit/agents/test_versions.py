import msgspec
import pytest

from agents.versions import Edition, Verdict, judge_delete, judge_upsert
from schemas.reasons import Drop

FIELDS = {"title": "a", "price": "b"}
BASES = {"en": "b1", "pt-BR": "b2"}
KNOWN = Edition(version=5, fields=FIELDS, bases=BASES, published=("en", "pt-BR"), live=("en", "pt-BR"))
# As states were written before they kept bases.
OLD = msgspec.json.decode(
    b'{"version":5,"pipeline":"p1","fields":{"title":"a","price":"b"},"published":["en"],"live":["en"]}', type=Edition
)
MARK = ("same_version_other_content",)
GONE = Edition(version=5, published=("en",), deleted=True)


@pytest.mark.parametrize(
    ("known", "version", "fields", "bases", "verdict"),
    [
        (None, 0, FIELDS, {"en": "b1"}, Verdict(locales=("en",))),
        (KNOWN, 6, FIELDS, BASES, Verdict(locales=("en", "pt-BR"))),
        (KNOWN, 4, FIELDS, {"en": "b9"}, Verdict(Drop.STALE)),
        (KNOWN, 5, FIELDS, {"pt-BR": "b2", "en": "b1"}, Verdict(Drop.DUPLICATE)),
        (KNOWN, 5, {**FIELDS, "price": "c"}, BASES, Verdict(None, MARK, ("en", "pt-BR"))),
        (GONE, 5, FIELDS, {"en": "b9"}, Verdict(Drop.STALE)),
        (GONE, 4, FIELDS, {"en": "b9"}, Verdict(Drop.STALE)),
        (GONE, 6, FIELDS, {"en": "b9"}, Verdict(locales=("en",))),
    ],
)
def test_an_upsert_is_judged_by_version_then_content(known, version, fields, bases, verdict):
    assert judge_upsert(known, version, fields, bases) == verdict


@pytest.mark.parametrize(
    ("known", "bases", "verdict"),
    [
        (KNOWN, {"en": "b1", "pt-BR": "b3"}, Verdict(locales=("pt-BR",))),
        (KNOWN, {"en": "b8", "pt-BR": "b9"}, Verdict(locales=("en", "pt-BR"))),
        (KNOWN, {**BASES, "fr": "b4"}, Verdict(locales=("fr",))),
        (KNOWN, {"en": "b1"}, Verdict()),  # pt-BR is withdrawn, nothing is told anew
        (OLD, {"en": "p1"}, Verdict(Drop.DUPLICATE)),
        (OLD, {"en": "b1"}, Verdict(locales=("en",))),
    ],
)
def test_the_same_version_is_told_again_where_its_basis_has_changed(known, bases, verdict):
    assert judge_upsert(known, 5, FIELDS, bases) == verdict


@pytest.mark.parametrize(
    ("known", "version", "dropped", "warnings"),
    [
        (None, 3, Drop.UNCHANGED, ()),
        (None, None, Drop.UNCHANGED, ()),
        (KNOWN, 6, None, ()),
        (KNOWN, None, None, ()),
        (KNOWN, 5, None, ("same_version_other_content",)),
        (KNOWN, 4, Drop.STALE, ()),
        (GONE, 4, Drop.STALE, ()),
        (GONE, 5, Drop.DUPLICATE, ()),
        (GONE, 6, Drop.UNCHANGED, ()),
        (GONE, None, Drop.UNCHANGED, ()),
    ],
)
def test_a_delete_wins_over_its_own_version(known, version, dropped, warnings):
    verdict = judge_delete(known, version)
    assert (verdict.dropped, verdict.warnings) == (dropped, warnings)
