"""Broken translations, each with the reason it must be refused for, and honest ones that must pass."""

import pytest

from localization.gate.case import Case
from localization.gate.judge import judge
from localization.protection.masking import mask, restore
from schemas.reasons import Warn


def verdict(source, output, *, complete=True, locales=("en", "pt-BR"), terms=("Ring", "Shark")):
    masked = mask(source, terms)
    shown = restore(masked, output, *locales)
    if not output.strip():
        return Warn.GATE_EMPTY
    if shown is None:
        return Warn.GATE_PROTECTED
    case = Case(
        source=source,
        translation=shown,
        source_locale=locales[0],
        target_locale=locales[1],
        protected=terms,
        complete=complete,
    )
    return next(iter(judge(case)), None)


BROKEN = [
    ("The box has 12 cups.", "", Warn.GATE_EMPTY),
    ("The box has 12 cups.", "  \n", Warn.GATE_EMPTY),
    ("The Ring bell is loud.", "A campainha Anel é alta.", Warn.GATE_PROTECTED),
    ("Ring and Shark work.", "QK710 e QK710 funcionam.", Warn.GATE_PROTECTED),
    ("Write to a@b.example now.", "Escreva para ab.example agora.", Warn.GATE_PROTECTED),
    ("Hi {name}, welcome back.", "Oi, bem-vindo de volta.", Warn.GATE_PROTECTED),
    ("It costs $20 today.", "Custa $20 hoje.", Warn.GATE_PROTECTED),
    ("It costs $20 today.", "Custa 73 hoje.", Warn.GATE_PROTECTED),
    ("A \ue000big\uec00 box for you.", "Uma caixa grande para você.", Warn.GATE_PROTECTED),
    ("A \ue000big\uec00 box for you.", "Uma QK711 grande QK710 caixa para você.", Warn.GATE_TAGS),
    ("A \ue000big\uec00 box for you.", "Uma grande QK710 QK711 caixa para você.", Warn.GATE_TAGS),
    ("The cable is 99.3 cm long.", "O cabo tem 90,3 cm.", Warn.GATE_NUMBERS),
    ("The cable is 99.3 cm long.", "O cabo tem 99,3 mm.", Warn.GATE_UNITS),
    ("The cable is 99.3 cm long.", "O cabo tem 993 cm.", Warn.GATE_NUMBERS),
    ("You earn 1,500 points.", "Você ganha 1,500 pontos.", Warn.GATE_NUMBERS),
    ("Between 2 and 5 years.", "Entre 5 e 2 anos.", Warn.GATE_NUMBERS),
    ("It lasts 12 hours.", "Dura horas.", Warn.GATE_NUMBERS),
    ("It lasts 12 hours.", "Dura 12 horas, 12 horas.", Warn.GATE_NUMBERS),
    ("It lasts hours.", "Dura 12 horas.", Warn.GATE_NUMBERS),
    ("I paid 50 pounds for it.", "Paguei 50 euros por ele.", Warn.GATE_MONEY),
    ("I paid 50 dollars for it.", "Paguei R$ 50 por ele.", Warn.GATE_MONEY),
    ("It costs $20 today.", "Custa $731 hoje.", Warn.GATE_REPETITION),
    ("It costs $20 today.", "Custa 1 731 hoje.", Warn.GATE_NUMBERS),
    ("Save 20% today.", "Economize 20 hoje.", Warn.GATE_UNITS),
    ("A good product.", "Bom, bom produto.", Warn.GATE_REPETITION),
    ("A good product.", "Um produto bom de um produto bom de um produto bom.", Warn.GATE_REPETITION),
    ("A good product.", "Um produtodododododododo.", Warn.GATE_REPETITION),
    ("The color is nice.", "A cor cor é bonita.", Warn.GATE_REPETITION),
    ("The color of the box is much darker than it was in all of the photos.", "A cor.", Warn.GATE_LENGTH),
    ("Fine.", "Este texto é muito mais comprido do que jamais poderia ser.", Warn.GATE_LENGTH),
    ("The box is light and strong", "The box is light and strong", Warn.COPIED),
]


@pytest.mark.parametrize(("source", "output", "reason"), BROKEN)
def test_a_broken_translation_is_refused(source, output, reason):
    assert verdict(source, output) is reason


def test_an_unfinished_translation_is_refused():
    assert verdict("The box has 12 cups.", "A caixa tem 12 xícaras.", complete=False) is Warn.GATE_TRUNCATED


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("The Ring bell costs $20 and lasts 12 hours.", "A campainha QK710 custa 731 e dura 12 horas."),
        ("I bought two of them.", "Comprei 2 deles."),
        ("Only 3 left.", "Só restam três."),
        ("Very very good!", "Muito muito bom!"),
        ("Galaxy Tab Lite", "Galaxy Tab Lite"),
        ("It measures 2.5 x 3 m.", "Mede 731."),
        ("Wash at 40 °C.", "Lave a 40°C."),
        ("A \ue000big\uec00 box for you.", "Uma caixa QK710 grande QK711 para você."),
        ("I paid 50 dollars for it.", "Paguei 50 dólares por ele."),
        ("Ha ha ha, so funny!", "Ha ha ha, que engraçado!"),
        ("No.", "Não."),
        ("Text in many lines (with breaks).", "Texto em várias linhas (linhas com quebras)."),
        ("Send it to a@b.example for review.", "Envie-o para QK710 para revisão."),
    ],
)
def test_an_honest_translation_passes(source, output):
    assert verdict(source, output) is None
