"""The gate answers for any two texts, and has nothing against a text that is shown to readers of its own language."""

from hypothesis import given, settings
from hypothesis import strategies as st

from localization.gate.case import Case
from localization.gate.judge import judge
from schemas.reasons import Warn

LOCALES = st.sampled_from(
    ("en", "pt-BR", "de", "tr", "ru", "el", "ar", "he", "hi", "ja", "ko", "zh-CN", "zh-TW", "th", "sw")
)
BITS = st.sampled_from(
    (
        *("{name}", "%s", "%1$d", "{n, plural, one {#} other {#}}", "{{x}}", "<b>", "</b>", "<br/>", "&amp;", "\ue000"),
        *(
            "not",
            "não",
            "$5.00",
            "12 kg",
            "https://a.example",
            "🎉",
            "大",
            "(",
            "”",
            ".",
            "\n",
            " ",
            "Samsung",
            "ß",
            "İ",
        ),
    )
)
TEXTS = st.lists(st.one_of(BITS, st.text(max_size=12)), max_size=12).map("".join)


@settings(max_examples=300, deadline=None)
@given(source=TEXTS, translation=TEXTS, one=LOCALES, other=LOCALES, rating=st.sampled_from((None, 1, 5)))
def test_any_two_texts_get_an_answer(source, translation, one, other, rating):
    case = Case(
        source=source,
        translation=translation,
        source_locale=one,
        target_locale=other,
        protected=("Samsung", "大", "( "),
        glossary={"not": "não", "x(": "y)"},
        field="review",
        rating=rating,
    )
    reasons = judge(case)
    assert all(isinstance(reason, Warn) for reason in reasons)
    assert judge(case) == reasons


@settings(max_examples=200, deadline=None)
@given(text=st.lists(BITS, min_size=1, max_size=8).map(" ".join))
def test_a_text_shown_as_it_is_keeps_its_spans(text):
    reasons = judge(Case(source=text, translation=text, source_locale="en", target_locale="en-GB"))
    assert not {Warn.GATE_PLACEHOLDERS, Warn.GATE_PROTECTED, Warn.GATE_NEGATION, Warn.GATE_ADDITION} & set(reasons)
