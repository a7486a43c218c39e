"""Our chrF is sacrebleu's."""

import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from inference.library.chrf import chrf

TEXT = st.text("abcde fgh ñ日本 .,", max_size=40)


@given(st.lists(st.tuples(TEXT, TEXT), min_size=1, max_size=8))
def test_equal_to_sacrebleu(pairs: list[tuple[str, str]]) -> None:
    hypotheses, references = [one for one, _ in pairs], [other for _, other in pairs]
    expected = sacrebleu.corpus_chrf(hypotheses, [references]).score
    assert chrf(hypotheses, references) == pytest.approx(expected, abs=1e-9)


def test_equal_texts_score_100_and_unlike_ones_0() -> None:
    assert chrf(["the red box"], ["the red box"]) == 100
    assert chrf(["qz"], ["the red box"]) == 0
