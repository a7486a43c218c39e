"""chrF, the F-score of character n-grams (Popovic 2015), as sacrebleu computes it: orders 1 to 6, beta 2, no spaces."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

_ORDERS: Final = range(1, 7)
_BETA: Final = 2


def chrf(hypotheses: Sequence[str], references: Sequence[str]) -> float:
    """Return the score of a corpus, 0 to 100; n-grams are counted over all sentences before anything is divided."""
    precisions, recalls = [], []
    for order in _ORDERS:
        common = in_hypotheses = in_references = 0
        for hypothesis, reference in zip(hypotheses, references, strict=True):
            ours, theirs = _ngrams(hypothesis, order), _ngrams(reference, order)
            common += (ours & theirs).total()
            # A reference too short for this order says nothing about the hypothesis.
            in_hypotheses += ours.total() if theirs else 0
            in_references += theirs.total()
        if in_hypotheses and in_references:
            precisions.append(common / in_hypotheses)
            recalls.append(common / in_references)
    if not sum(precisions) + sum(recalls):
        return 0.0
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return 100 * (1 + _BETA**2) * precision * recall / (_BETA**2 * precision + recall)


def _ngrams(text: str, order: int) -> Counter[str]:
    joined = "".join(text.split())
    return Counter(joined[at : at + order] for at in range(len(joined) - order + 1))
