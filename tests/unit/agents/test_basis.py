"""What makes an output worth telling again, and what does not."""

from datetime import date

import pytest
from msgspec.structs import replace

from agents.basis import basis_of
from agents.marks import Part
from inference.requests import ModelId
from localization.localizer import Detection
from localization.measures.money import Rates
from schemas.outputs import LocalizedField
from tests.unit.agents.fakes import make_tools

ENGLISH = Detection("en", 1.0, declared=True)
SHOWN = Part("title", LocalizedField("Capa", "model"))


class Customs:
    def __init__(self, said):
        self.said = said

    def fingerprint(self, text, source_locale, target_locale):
        return self.said


def basis(tools, parts=(SHOWN,), text="Case for Ring", detection=ENGLISH, locale="pt-BR"):
    return basis_of(tools, detection, locale, text, parts)


@pytest.mark.parametrize(
    "changed",
    [
        {"pipeline_version": "p2"},
        {"units": "source"},
        {"protected_terms": ("Ring",)},
        {"customs": Customs("other terms")},
    ],
)
def test_what_an_operator_changes_changes_the_basis(changed):
    tools = make_tools()
    assert basis(replace(tools, **changed)) != basis(tools)


@pytest.mark.parametrize("changed", [{"protected_terms": ("Shark",)}, {"rates": Rates("EUR", date(2026, 1, 1), {})}])
def test_what_does_not_touch_the_text_leaves_it(changed):
    tools = make_tools()
    assert basis(replace(tools, **changed)) == basis(tools)


def test_another_model_another_language_and_a_correction_change_it(monkeypatch):
    tools = make_tools()
    before = basis(tools)
    assert basis(tools, detection=Detection("en-GB", 1.0, declared=True)) != before
    assert basis(tools, parts=(Part("title", LocalizedField("Capa", "human")),)) != before
    assert basis(tools, parts=(Part("title", LocalizedField("Outra", "model")),)) == before
    monkeypatch.setattr(tools.pool, "translates", lambda *_: ModelId("en-pt", "w2"))
    assert basis(tools) != before


def test_a_language_shown_as_it_is_has_no_model_in_its_basis(monkeypatch):
    tools = make_tools()
    before = basis(tools, locale="en-GB")
    monkeypatch.setattr(tools.pool, "translates", lambda *_: ModelId("en-pt", "w2"))
    assert basis(tools, locale="en-GB") == before
