"""A reader said of a shown text that it was understood, misunderstood, or how it should read."""

from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final

from msgspec import Struct

from agents.audience import serving
from agents.base import Agent, Outcome, Output, Said, Served, Tools
from inference.requests import Priority
from localization.gate.case import Case
from localization.gate.judge import judge
from localization.memory.corrections import filed, spoken
from schemas.contracts import FEEDBACK_CONTRACT
from schemas.errors import Refused
from schemas.events import Tombstone, TranslationFeedback
from schemas.locales import same_language
from schemas.outputs import TRANSLATION_CORRECTION_TYPE, Correction
from schemas.reasons import Drop, Reason, Stage, Warn
from schemas.topics import TRANSLATION_CORRECTIONS

MERE_VERDICTS: Final = frozenset({"understood", "misunderstood"})  # these correct nothing
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
TEXT_BYTES: Final = 16  # of the hash that names a text: 128 bits, as in localization/memory
# A listing has at most some dozens of texts; what was said of the oldest of more is not known to be old any more.
TEXTS_MAX: Final = 64


class Heard(Struct, frozen=True):
    """What a reader said, and the correction that follows from it, if any; `text` names what it is about."""

    said: Said
    text: str = ""
    correction: Correction | None = None


class FeedbackState(Struct, frozen=True, omit_defaults=True):
    """When each text of a source was last corrected, or its correction withdrawn: microseconds of Unix time by hash."""

    corrected_us: dict[str, int] = {}


def admit(event: TranslationFeedback | Tombstone, served: Served) -> tuple[TranslationFeedback, str]:
    """Return the event and the served locale it is about; raises Refused where there is none, or nothing is said."""
    if isinstance(event, Tombstone):
        raise Refused(Stage.DECODE, Reason.EMPTY_VALUE, "the record has no value")
    locale = serving(event.locale, served.locales)
    if locale is None:
        raise Refused(Stage.LOCALIZE, Reason.LOCALE_NOT_SERVED, "the locale is not served", retryable=True)
    if event.verdict not in MERE_VERDICTS:
        _check_texts(event)
    return event, locale


def _check_texts(event: TranslationFeedback) -> None:
    """Refuse a correction that says nothing, or of nothing."""
    if not filed(event.source_text):
        raise _invalid("source_text is empty")
    if event.verdict != "corrected":
        return
    if event.correction is None:
        raise Refused(Stage.VALIDATE, Reason.MISSING_FIELD, "corrected, and no correction - at correction")
    if not filed(event.correction):
        raise _invalid("correction is empty")


async def localize(event: TranslationFeedback | Tombstone, tools: Tools) -> Heard:
    """Return what was said; raises Refused for what cannot be right: people outrank the gate in everything else."""
    event, locale = admit(event, tools)
    said = Said(event.kind, locale, event.verdict)
    if event.verdict in MERE_VERDICTS:
        return Heard(said)
    correction = _correction(event, _source_locale(event, locale, tools), locale)
    return Heard(said, _text_name(correction), correction)


def _source_locale(event: TranslationFeedback, locale: str, tools: Tools) -> str:
    """The language that was translated from: nothing else can say for which texts a correction holds."""
    source = tools.localizer.detect((event.source_text,), event.source_locale).locale
    if source is None:
        raise Refused(
            Stage.LOCALIZE, Reason.LANGUAGE_UNCERTAIN, "nobody can tell the source language: say source_locale"
        )
    if same_language(source, locale):
        raise _invalid("source and locale are one language: nothing was translated")
    return source


def _correction(event: TranslationFeedback, source: str, locale: str) -> Correction:
    text = filed(event.source_text)
    warnings: tuple[str, ...] = ()
    shown = None
    if event.verdict == "corrected":
        shown = filed(event.correction or "")  # there is one: `admit` has seen to it
        case = Case(source=text, translation=shown, source_locale=source, target_locale=locale)
        warnings = tuple(reason.value for reason in judge(case))
    return Correction(
        kind=event.kind,
        source_id=event.source_id,
        source_locale=source,
        locale=locale,
        field=event.field,
        source_text=text,
        shown_text=event.shown_text,
        correction=shown,
        actor_role=event.actor_role,
        at=event.at,
        warnings=warnings,
    )


def _text_name(correction: Correction) -> str:
    """Name the text that a correction is about; 32 hex digits."""
    parts = "\0".join((spoken(correction.source_locale), correction.locale, correction.source_text))
    return blake2b(parts.encode("utf-8", "surrogatepass"), digest_size=TEXT_BYTES).hexdigest()


def settle(state: FeedbackState | None, event: TranslationFeedback | Tombstone, heard: Heard) -> Outcome[FeedbackState]:
    """Decide what all workers are told: a correction or its withdrawal, unless this source has said something newer."""
    correction = heard.correction
    if correction is None:
        return Outcome(said=heard.said)
    corrected_us = state.corrected_us if state else {}
    at_us = (correction.at - EPOCH) // timedelta(microseconds=1)
    if corrected_us.get(heard.text, at_us) > at_us:
        return Outcome(dropped=Drop.STALE)
    newest = sorted((corrected_us | {heard.text: at_us}).items(), key=lambda one: (one[1], one[0]))[-TEXTS_MAX:]
    # Two sources may hold one text, and compaction must not take the newer word of one for the older of the other.
    key = f"{heard.text}:{correction.source_id}"
    output = Output(
        TRANSLATION_CORRECTIONS, key, correction, TRANSLATION_CORRECTION_TYPE, correction.locale, correction.source_id
    )
    warnings = (Warn.GATE_OVERRULED.value,) if correction.warnings else ()
    return Outcome((output,), FeedbackState(dict(newest)), warnings=warnings, said=heard.said)


def _invalid(said: str) -> Refused:
    return Refused(Stage.VALIDATE, Reason.INVALID_VALUE, said)


def _entity(event: TranslationFeedback | Tombstone) -> str:
    return event.key if isinstance(event, Tombstone) else event.source_id


FEEDBACK_AGENT: Agent[TranslationFeedback, Heard, FeedbackState] = Agent(
    contract=FEEDBACK_CONTRACT,
    state=FeedbackState,
    localize=localize,
    settle=settle,
    state_key=_entity,
    priority=Priority.LISTING,
    admit=admit,
)
