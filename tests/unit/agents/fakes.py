"""A pool and a localizer that answer at once and visibly: `[pt-BR] text` is text said in pt-BR."""

import hashlib
from datetime import UTC, datetime
from typing import Any, cast

import numpy as np

from agents.base import KEEP, Tools
from inference.pool import Pool
from inference.requests import Embedding, ModelId
from localization.localizer import Detection, Localizer
from schemas.events import ListingUpdated, LogisticsEvent, Price, ReviewPosted
from schemas.locales import same_language
from schemas.outputs import LocalizedField
from schemas.reasons import Warn

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MODEL = ModelId("en-pt", "w1")
EMBEDDING = ModelId("use", "e1")
PAIRS = {("en", "pt"), ("pt", "en")}


class FakePool:
    def __init__(self, embedding_model=EMBEDDING):
        self.embedding_model = embedding_model
        self.embedded = []
        self.failure = None

    def translates(self, source, target):
        return MODEL if (source[:2], target[:2]) in PAIRS else None

    async def embed(self, text, *, priority=None, timeout_s=None):
        if self.failure:
            raise self.failure
        self.embedded.append(text)
        digest = hashlib.sha256(text.encode()).digest()
        vector = np.frombuffer(digest, dtype=np.uint8).astype(np.float32) / 255
        return Embedding(vector, self.embedding_model, normalized=False)


class FakeLocalizer:
    """`refused`: texts whose translation the gate refuses. `failure`: what every translation raises."""

    def __init__(self, pool, refused=(), failure=None):
        self.pool = pool
        self.refused = refused
        self.failure = failure
        self.sources = []

    def detect(self, texts, declared):
        if declared:
            return Detection(declared, 1.0, declared=True)
        return Detection(None, 0.2, declared=False, notes=("mixed_language",))

    async def personal(self, texts, locale, priority, keep=()):
        return tuple(name for name in ("Ana Souza",) for text in texts if name in text)

    async def localize(self, source, target_locale, priority):
        if self.failure:
            raise self.failure
        self.sources.append((source, target_locale, priority))
        if source.locale is None:
            return LocalizedField(source.text, "copied", (Warn.LANGUAGE_UNCERTAIN.value,))
        if same_language(source.locale, target_locale) or not any(c.isalpha() for c in source.text):
            return LocalizedField(source.text, "copied")
        model = self.pool.translates(source.locale, target_locale)
        if model is None:
            return LocalizedField(source.text, "copied", (Warn.PAIR_UNAVAILABLE.value,))
        if source.text in self.refused:
            return LocalizedField(source.text, "copied", (Warn.GATE_NUMBERS.value,))
        return LocalizedField(f"[{target_locale}] {source.text}", "model", (), model.name)


def make_tools(locales=("en", "pt-BR", "de"), pool=None, refused=(), failure=None, **changes) -> Tools:
    pool = pool or FakePool()
    localizer = FakeLocalizer(pool, refused, failure)
    given: dict[str, Any] = {
        "locales": locales,
        "partners": frozenset({"default", "acme"}),
        "pipeline_version": "p1",
    }
    return Tools(localizer=cast("Localizer", localizer), pool=cast("Pool", pool), **(given | changes))


def listing(**changes) -> ListingUpdated:
    given: dict[str, Any] = {
        "listing_id": "L-1",
        "seller_id": "S",
        "marketplace": "M",
        "version": 1,
        "source_locale": "en",
        "title": "Red kettle",
        "description": "Boils water.",
        "bullets": ("Steel",),
        "price": Price("10.00", "USD"),
        "updated_at": NOON,
    }
    return ListingUpdated(**(given | changes))


def review(**changes) -> ReviewPosted:
    given: dict[str, Any] = {
        "review_id": "R-1",
        "listing_id": "L-1",
        "author_ref": "a",
        "rating": 2,
        "source_locale": "pt-BR",
        "title": "Ruim",
        "body": "Quebrou logo.",
        "posted_at": NOON,
    }
    return ReviewPosted(**(given | changes))


def parcel(**changes) -> LogisticsEvent:
    given: dict[str, Any] = {
        "event_id": "E-1",
        "shipment_id": "S-1",
        "tracking_number": "RB1GB",
        "carrier": "royal-mail",
        "partner_id": "default",
        "vocabulary": "upu",
        "code": "EMC",
        "occurred_at": NOON,
    }
    return LogisticsEvent(**(given | changes))


async def play(agent, events, tools):
    """Localize and settle a sequence as a lane does; returns the outcomes and the state of every key."""
    states: dict[str, Any] = {}
    outcomes = []
    for event in events:
        localized = await agent.localize(event, tools)
        key = agent.state_key(event)
        outcome = agent.settle(states.get(key), event, localized)
        if outcome.state is not KEEP:
            states[key] = outcome.state
        outcomes.append(outcome)
    return outcomes, states
