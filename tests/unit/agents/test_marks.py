import pytest

from agents.marks import Part, bare, provenance_of, status_of, warnings_of
from schemas.outputs import LocalizedField, Provenance
from tests.unit.agents.fakes import FakePool

SAID = LocalizedField("olá", "model", (), "en-pt")
REMEMBERED = LocalizedField("olá", "memory", (), "en-pt")
FIXED = LocalizedField("vale-presente", "glossary")
COPIED = LocalizedField("42", "copied")
UNTOUCHED = LocalizedField("hello", "copied", ("copied",))
CLEANED = LocalizedField("<p>a</p>", "copied", ("html_cleaned",))
REFUSED = LocalizedField("hello", "copied", ("gate_numbers",))
HALF = LocalizedField("olá. hello", "model", ("gate_protected:sku",), "en-pt")
NO_PAIR = LocalizedField("hello", "copied", ("pair_unavailable",))
UNSURE = LocalizedField("hello", "copied", ("language_uncertain",))


def parts(*fields):
    names = ("title", "description", "bullets", "bullets")
    return tuple(Part(name, field) for name, field in zip(names, fields, strict=False))


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ((SAID, SAID), "localized"),
        ((REMEMBERED, COPIED), "localized"),
        ((SAID, CLEANED), "localized"),
        ((SAID, REFUSED), "partial"),
        ((HALF, SAID), "partial"),
        ((SAID, NO_PAIR), "partial"),
        ((REFUSED, REFUSED), "fallback_source"),
        ((REFUSED, COPIED), "fallback_source"),
        ((SAID, UNTOUCHED), "partial"),
        ((UNTOUCHED, COPIED), "fallback_source"),
        ((COPIED, COPIED), "passthrough"),
        ((COPIED, CLEANED), "passthrough"),
        ((NO_PAIR, NO_PAIR), "passthrough"),
        ((UNSURE, COPIED), "passthrough"),
    ],
)
def test_status_tells_what_became_of_the_texts(fields, status):
    assert status_of(parts(*fields)) == status


def test_a_mark_names_its_field_once_and_the_pair_is_said_for_all():
    found = warnings_of(parts(NO_PAIR, NO_PAIR, REFUSED, REFUSED))
    assert found == ("pair_unavailable", "gate_numbers:bullets")


def test_copying_a_number_is_no_news_but_a_model_that_only_copied_is():
    assert warnings_of(parts(COPIED, UNTOUCHED)) == ("copied:description",)


def test_words_of_a_metric_are_bounded():
    assert bare(("locale_not_served:it", "locale_not_served:sv", "gate_tags:title")) == (
        "gate_tags",
        "locale_not_served",
    )


@pytest.mark.parametrize(
    ("field", "source", "model"), [(SAID, "en", "en-pt"), (REMEMBERED, "en", "en-pt"), (COPIED, "en", None)]
)
def test_provenance_names_a_model_only_where_its_words_are_shown(field, source, model):
    found = provenance_of(parts(field), FakePool(), source, "pt-BR", "p1")
    assert found.model == model
    assert found.pipeline_version == "p1"


def test_provenance_of_an_unknown_language_names_no_model():
    assert provenance_of(parts(UNSURE), FakePool(), None, "pt-BR", "p1") == Provenance(pipeline_version="p1")


@pytest.mark.parametrize(("field", "version"), [(SAID, "g1"), (REMEMBERED, "g1"), (FIXED, "g1"), (COPIED, None)])
def test_provenance_names_the_glossary_where_it_had_a_say(field, version):
    assert provenance_of(parts(field), FakePool(), "en", "pt-BR", "p1", "g1").glossary_version == version


def test_a_text_that_misses_a_term_is_localized_and_marked():
    missed = LocalizedField("olá", "model", ("glossary_missed",), "en-pt")
    assert status_of(parts(missed)) == "localized"
    assert warnings_of(parts(missed)) == ("glossary_missed:title",)
