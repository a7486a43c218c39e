import pytest

from agents.versions import Edition, judge_delete, judge_upsert
from schemas.reasons import Drop

FIELDS = {"title": "a", "price": "b"}
KNOWN = Edition(version=5, pipeline="p1", fields=FIELDS, published=("en", "pt-BR"), live=("en", "pt-BR"))
GONE = Edition(version=5, published=("en",), deleted=True)


@pytest.mark.parametrize(
    ("known", "version", "fields", "pipeline", "locales", "dropped", "warnings"),
    [
        (None, 0, FIELDS, "p1", ("en",), None, ()),
        (KNOWN, 6, FIELDS, "p1", ("en", "pt-BR"), None, ()),
        (KNOWN, 4, FIELDS, "p1", ("en", "pt-BR"), Drop.STALE, ()),
        (KNOWN, 5, FIELDS, "p1", ("pt-BR", "en"), Drop.DUPLICATE, ()),
        (KNOWN, 5, FIELDS, "p2", ("en", "pt-BR"), None, ()),
        (KNOWN, 5, FIELDS, "p1", ("en",), None, ()),
        (KNOWN, 5, {**FIELDS, "price": "c"}, "p1", ("en", "pt-BR"), None, ("same_version_other_content",)),
        (GONE, 5, FIELDS, "p1", ("en",), Drop.STALE, ()),
        (GONE, 4, FIELDS, "p1", ("en",), Drop.STALE, ()),
        (GONE, 6, FIELDS, "p1", ("en",), None, ()),
    ],
)
def test_an_upsert_is_judged_by_version_then_content(known, version, fields, pipeline, locales, dropped, warnings):
    verdict = judge_upsert(known, version, fields, pipeline, locales)
    assert (verdict.dropped, verdict.warnings) == (dropped, warnings)


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
