"""An output as the page shows it: the texts a reader gets beside those they were made from, and where each is from."""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from schemas.codec import decode
from schemas.contracts import CONTRACTS
from schemas.envelope import Record
from schemas.errors import Refused
from schemas.events import Attribute, ListingUpdated, LogisticsEvent, ReviewPosted, Tombstone
from schemas.outputs import ListingLocalized, LocalizedField, LogisticsLocalized, Provenance, ReviewLocalized
from schemas.reasons import FALLBACK_WARNINGS, word_of
from schemas.topics import listing_localized, logistics_localized, review_localized

CHARACTERS_MAX: Final = 1500  # of one text: more is cut and marked
TEXTS_MAX: Final = 24  # of one event
SOURCE_BYTES_MAX: Final = 4_000_000
NO_ATTRIBUTE: Final = Attribute("", "")

SourceEvent = ListingUpdated | ReviewPosted | LogisticsEvent


class Kind(StrEnum):
    """What an output is about."""

    LISTING = "listing"
    REVIEW = "review"
    PARCEL = "parcel"


_KINDS: Final = (
    (listing_localized(""), Kind.LISTING),
    (review_localized(""), Kind.REVIEW),
    (logistics_localized(""), Kind.PARCEL),
)


class Text(Struct, frozen=True, omit_defaults=True):
    """One text; `origin` as in `schemas.outputs.Origin`, or empty where an output does not say it. `cut`: shortened."""

    name: str
    before: str
    after: str
    origin: str = ""
    model: str | None = None
    quality: float | None = None
    warnings: tuple[str, ...] = ()
    cut: bool = False


class Step(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What a parcel's timeline shows of one event besides its texts; times are RFC 3339."""

    event_id: str
    status: str
    severity: str
    action_required: bool
    headline: str
    explanation: str
    local_time: str
    occurred_at: str
    action: str | None = None
    detail: str | None = None
    original: str | None = None
    eta: str | None = None
    delay_days: int | None = None
    is_latest: bool = False
    supersedes: str | None = None


class Shown(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A localized event.

    `place` is topic/partition/offset of the output and names it for ever, `source` that of its input record. `seconds`
    lie between the timestamps of the two. `fallback`: the reader gets the source, or another locale's phrase, where a
    translation was wanted. `gone`: withdrawn, there is nothing to show.
    """

    kind: Kind
    locale: str
    key: str
    place: str
    at_ms: int
    status: str = ""
    texts: tuple[Text, ...] = ()
    warnings: tuple[str, ...] = ()
    fallback: bool = False
    gone: bool = False
    facts: tuple[str, ...] = ()
    source: str | None = None
    source_locale: str | None = None
    confidence: float | None = None
    seconds: float | None = None
    provenance: Provenance | None = None
    step: Step | None = None


def kind_of(topic: str) -> Kind | None:
    """The kind of a localized output's topic; None for any other."""
    return next((kind for prefix, kind in _KINDS if topic.startswith(prefix)), None)


def source_place(record: Record) -> tuple[str, int, int] | None:
    """Topic, partition and offset of the input record that an output was made from, if its headers say so."""
    found = {name: value for name, value in record.headers if name.startswith("dragoman-source-")}
    try:
        topic = found["dragoman-source-topic"].decode()
        return topic, int(found["dragoman-source-partition"]), int(found["dragoman-source-offset"])
    except (KeyError, ValueError, AttributeError):  # a header may have no value
        return None


def locale_of(record: Record) -> str:
    """The locale that an output's header names, else what its topic's name ends with."""
    said = next((value for name, value in record.headers if name == "locale"), None)
    return said.decode("utf-8", "replace") if said else record.topic.partition(".")[2]


def shown(record: Record, source: Record | None = None) -> Shown | None:
    """Return an output as it is shown, beside its input record if that is still there; None where it is no output."""
    kind = kind_of(record.topic)
    if kind is None:
        return None
    base = Shown(
        kind=kind,
        locale=locale_of(record),
        key=(record.key or b"").decode("utf-8", "replace"),
        place=f"{record.topic}/{record.partition}/{record.offset}",
        at_ms=record.timestamp,
        source=None if (place := source_place(record)) is None else "{}/{}/{}".format(*place),
        seconds=None if source is None else max(0.0, round((record.timestamp - source.timestamp) / 1000, 3)),
    )
    if record.value is None:
        return replace(base, gone=True)
    event = None if source is None else _event(source)
    try:
        if kind is Kind.LISTING:
            told = _listing(base, msgspec.json.decode(record.value, type=ListingLocalized), event)
        elif kind is Kind.REVIEW:
            told = _review(base, msgspec.json.decode(record.value, type=ReviewLocalized), event)
        else:
            told = _parcel(base, msgspec.json.decode(record.value, type=LogisticsLocalized), event)
    except (msgspec.DecodeError, UnicodeDecodeError):  # somebody else writes to this topic
        return None
    return replace(told, texts=tuple(_short(text) for text in told.texts[:TEXTS_MAX]))


def _event(source: Record) -> SourceEvent | None:
    contract = CONTRACTS.get(source.topic)
    if contract is None:
        return None
    try:
        event = decode(contract, source, limit_bytes=SOURCE_BYTES_MAX).event
    except Refused:
        return None
    return None if isinstance(event, Tombstone) else event


def _is_fallback(warnings: Iterable[str]) -> bool:
    return any(word_of(warning) in FALLBACK_WARNINGS for warning in warnings)


def _listing(base: Shown, value: ListingLocalized, event: SourceEvent | None) -> Shown:
    texts = tuple(_listing_texts(value, event if isinstance(event, ListingUpdated) else None))
    facts = [value.price_display, value.price_converted, *(m.display for m in value.measurements if m.kind != "unit")]
    marks = [*value.warnings, *(mark for text in texts for mark in text.warnings)]
    return replace(
        base,
        locale=value.locale,
        status=value.status,
        texts=texts,
        warnings=value.warnings,
        fallback=_is_fallback(marks),
        facts=tuple(fact for fact in facts if fact),
        source_locale=value.detected_locale,
        confidence=value.detected_confidence,
        provenance=value.provenance,
    )


def _listing_texts(value: ListingLocalized, event: ListingUpdated | None) -> Iterator[Text]:
    fields = value.fields
    yield _text("title", event.title if event else "", fields.title)
    yield _text("description", event.description if event else "", fields.description)
    for number, field in enumerate(fields.bullets):
        yield _text(f"bullet {number + 1}", _at(event.bullets if event else (), number, ""), field)
    for number, attribute in enumerate(fields.attributes):
        before = _at(event.attributes if event else (), number, NO_ATTRIBUTE)
        yield _text(f"attribute {number + 1} name", before.name, attribute.name)
        yield _text(f"attribute {number + 1} value", before.value, attribute.value)


def _at(values: Sequence[Any], number: int, other: Any) -> Any:
    return values[number] if number < len(values) else other


def _text(name: str, before: str, field: LocalizedField) -> Text:
    return Text(
        name,
        before,
        field.text,
        origin=field.origin,
        model=field.model,
        quality=field.quality,
        warnings=field.warnings,
    )


def _review(base: Shown, value: ReviewLocalized, event: SourceEvent | None) -> Shown:
    # Of a review the output says for all its texts together whether a machine translated them.
    origin = "model" if value.machine_translated else "copied"
    title = event.title if isinstance(event, ReviewPosted) else None
    texts = [Text("body", value.original, value.body, origin=origin)]
    if value.title or title:
        texts.insert(0, Text("title", title or "", value.title or "", origin=origin))
    return replace(
        base,
        locale=value.locale,
        status="translated" if value.machine_translated else "as written",
        texts=tuple(texts),
        warnings=value.warnings,
        fallback=_is_fallback(value.warnings),
        facts=(f"{value.rating} of 5",),
        source_locale=value.detected_locale,
        confidence=value.detected_confidence,
        provenance=value.provenance,
    )


def _parcel(base: Shown, value: LogisticsLocalized, event: SourceEvent | None) -> Shown:
    carrier = event if isinstance(event, LogisticsEvent) else None
    code = " ".join(part for part in (carrier.vocabulary, carrier.code, carrier.sub_code) if part) if carrier else ""
    texts = [
        Text("headline", code, value.headline, origin="generated"),
        Text("explanation", "", value.explanation, origin="generated"),
    ]
    if value.action:
        texts.append(Text("action", "", value.action, origin="generated"))
    if value.detail:
        texts.append(Text("detail", value.original or "", value.detail, origin="model" if value.original else "copied"))
    return replace(
        base,
        locale=value.locale,
        status=value.canonical_status,
        texts=tuple(texts),
        warnings=value.warnings,
        fallback=_is_fallback(value.warnings),
        facts=tuple(part for part in (carrier.carrier if carrier else "", value.tracking_number) if part),
        source_locale=carrier.source_locale if carrier else None,
        provenance=value.provenance,
        step=_step(value),
    )


def _step(value: LogisticsLocalized) -> Step:
    def cut(text: str | None) -> str | None:
        return None if text is None else text[:CHARACTERS_MAX]

    return Step(
        event_id=value.event_id,
        status=value.canonical_status,
        severity=value.severity,
        action_required=value.action_required,
        headline=value.headline,
        explanation=value.explanation,
        local_time=value.local_time,
        occurred_at=value.occurred_at.isoformat(),
        action=value.action,
        detail=cut(value.detail),
        original=cut(value.original),
        eta=None if value.eta is None else value.eta.isoformat(),
        delay_days=value.delay_days,
        is_latest=value.is_latest,
        supersedes=value.supersedes,
    )


def _short(text: Text) -> Text:
    if max(len(text.before), len(text.after)) <= CHARACTERS_MAX:
        return text
    return replace(text, before=text.before[:CHARACTERS_MAX], after=text.after[:CHARACTERS_MAX], cut=True)
