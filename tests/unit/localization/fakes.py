"""A pool without a model: a table or a function answers, and every question is written down."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from inference.pool import Pool
from inference.requests import Decoding, ModelId, Priority, Translation
from localization.localizer import FieldKind, Localizer, Source
from schemas.outputs import LocalizedField
from schemas.report import Report, Reporter, silent
from schemas.settings import LocalizationSettings

Answer = str | Exception
MODEL = ModelId("fake", "v1")


class FakePool:
    """Answers en <-> pt-BR; what the table lacks comes back with every word turned round, stand-ins kept."""

    def __init__(self, answers: Mapping[str, Answer] | Callable[[str, Decoding], Answer] = {}) -> None:  # noqa: B006
        self.answers = answers
        self.asked: list[tuple[str, Decoding]] = []
        self.version = "v1"

    def translates(self, source: str, target: str) -> ModelId | None:
        pair = {source.split("-", maxsplit=1)[0], target.split("-", maxsplit=1)[0]}
        return ModelId("fake", self.version) if pair == {"en", "pt"} else None

    async def translate(
        self, text: str, *, source: str, target: str, priority: Priority, decoding: Decoding = Decoding.GREEDY
    ) -> Translation:
        self.asked.append((text, decoding))
        answer = self.answers(text, decoding) if callable(self.answers) else self.answers.get(text, backwards(text))
        if isinstance(answer, Exception):
            raise answer
        return Translation(answer, MODEL, len(text), len(answer), complete=True, queue_wait_s=0.0, compute_s=0.0)


def backwards(text: str) -> str:
    """Turn round each word that is letters only and no stand-in: something a gate lets pass."""
    return " ".join(_turned(word) for word in text.split(" "))


def _turned(word: str) -> str:
    core = word.rstrip(".,!?;:")
    if not core.isalpha():
        return word
    return core[::-1].lower() + "o" + word[len(core) :]


def localizer(pool: FakePool, reporter: Reporter = silent, **settings: Any) -> Localizer:
    return Localizer(cast("Pool", pool), LocalizationSettings(**settings), "p1", reporter)


async def localized(
    pool: FakePool,
    text: str,
    kind: FieldKind = FieldKind.TEXT,
    *,
    locale: str | None = "en",
    target: str = "pt-BR",
    protected: tuple[str, ...] = (),
    reports: list[Report] | None = None,
) -> LocalizedField:
    reporter = silent if reports is None else reports.append
    source = Source(text, kind, locale, protected)
    return await localizer(pool, reporter).localize(source, target, Priority.LISTING)
