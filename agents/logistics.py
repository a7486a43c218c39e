"""A carrier said something about a parcel: what it means and what to do, in every recipient's language.

The log is append-only, so every event is told; what is decided here is whether it is the parcel's latest.
"""

from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from agents.base import Agent, Outcome, Output, Served, Tools
from agents.fingerprint import fingerprint
from agents.marks import Part, bare, provenance_of, warnings_of
from agents.rendering import Rendering
from inference.requests import Priority
from localization.localizer import Detection, FieldKind
from localization.logistics.carrier_codes import Mapped
from localization.logistics.phrases import carrier_text, curated, phrase
from localization.logistics.places import at_place, local_time, place_name
from localization.logistics.status import canonical
from localization.logistics.wording import Facts
from localization.together import together
from schemas.contracts import LOGISTICS_CONTRACT
from schemas.errors import Refused
from schemas.events import LogisticsEvent, Tombstone
from schemas.locales import parse_locale
from schemas.outputs import LOGISTICS_LOCALIZED_TYPE, LocalizedField, LogisticsLocalized
from schemas.reasons import Drop, Reason, Stage, Warn
from schemas.topics import logistics_localized

# A parcel's whole journey is 10 to 30 events; a repeat comes soon after its first. 64 hashes are about 1 kB of state.
RECENT_EVENTS_MAX = 64

# Without free text there is no language to tell.
NOTHING_SAID = Detection(None, 0.0, declared=False)


class LocalizedParcelEvent(Struct, frozen=True, kw_only=True):
    """One parcel event in every recipient's locale, told as if nothing else were known of the parcel."""

    event_id: str
    messages: tuple[LogisticsLocalized, ...]


class ParcelState(Struct, frozen=True, kw_only=True):
    """What is known of a parcel; event ids are kept as short hashes, so the size is bounded.

    `latest_at`, `latest`: time and event of its latest status. `latest_happened`: that was an actual event, not an
    estimate or a plan. `recent`: the last events seen, oldest first. `promised`: the first delivery day ever announced.
    """

    latest_at: datetime
    latest: str
    latest_happened: bool
    recent: tuple[str, ...]
    promised: date | None = None


def admit(event: LogisticsEvent | Tombstone, served: Served) -> LogisticsEvent:
    """Return the event; raises Refused where no partner of ours reads it."""
    if isinstance(event, Tombstone):
        raise Refused(Stage.LOCALIZE, Reason.EMPTY_VALUE, "a parcel's log is append-only: it takes no tombstones")
    if event.partner_id not in served.partners:
        said = f"no such logistics partner: {event.partner_id}"  # the contract bounds what it may hold
        raise Refused(Stage.LOCALIZE, Reason.UNKNOWN_PARTNER, said, retryable=True)
    return event


async def localize(event: LogisticsEvent | Tombstone, tools: Tools) -> LocalizedParcelEvent:
    """Return what the event means for every recipient; raises Refused, RequestTimeout, PoolDead."""
    event = admit(event, tools)
    mapped = canonical(event.vocabulary, event.code, event.sub_code, event.classifier)
    said = (event.description,) if event.description else ()
    detection = tools.localizer.detect(said, event.source_locale) if said else NOTHING_SAID
    # Curated phrases exist beyond the locales served, so a recipient is answered in the locale asked for.
    locales = dict.fromkeys(str(parse_locale(tag)) for tag in event.recipient_locales or tools.locales)
    event_id = event.event_id or _content_id(event)
    personal = await tools.localizer.personal(said, detection.locale, Priority.LOGISTICS)
    messages = await together(
        _for_locale(event, event_id, mapped, tools, detection, personal, locale) for locale in locales
    )
    return LocalizedParcelEvent(event_id=event_id, messages=messages)


async def _for_locale(
    event: LogisticsEvent,
    event_id: str,
    mapped: Mapped,
    tools: Tools,
    detection: Detection,
    personal: tuple[str, ...],
    locale: str,
) -> LogisticsLocalized:
    parts = await _detail(event, tools, detection, personal, locale)
    said = phrase(mapped.status, locale, _facts(event, locale))
    return LogisticsLocalized(
        event_id=event_id,
        shipment_id=event.shipment_id,
        tracking_number=event.tracking_number,
        locale=locale,
        canonical_status=mapped.status,
        sub_status=mapped.sub_status,
        severity=said.severity,
        action_required=said.action_required,
        headline=said.headline,
        explanation=said.explanation,
        action=said.action,
        detail=parts[0].field.text if parts else None,
        original=event.description,
        occurred_at=event.occurred_at,
        local_time=local_time(_at_place(event), locale),
        eta=event.eta,
        is_latest=True,
        supersedes=event.corrects_event_id,
        warnings=(*mapped.warnings, *said.warnings, *warnings_of(parts)),
        provenance=provenance_of(
            parts, tools.pool, detection.locale, locale, tools.pipeline_version, tools.glossary_version
        ),
    )


async def _detail(
    event: LogisticsEvent, tools: Tools, detection: Detection, personal: tuple[str, ...], locale: str
) -> tuple[Part, ...]:
    """The carrier's own words, if there are any: what carriers write all the time is curated, the rest is a model's."""
    if not event.description:
        return ()
    said = carrier_text(event.description, parse_locale(detection.locale).language) if detection.locale else None
    if said is not None:
        return (Part("detail", LocalizedField(curated(said, locale), "generated")),)
    rendering = Rendering(
        tools=tools,
        detection=detection,
        target=locale,
        priority=Priority.LOGISTICS,
        protected=(event.tracking_number, event.shipment_id, event.carrier, *personal),
    )
    return (Part("detail", await rendering.show(event.description, FieldKind.CARRIER_TEXT)),)


def _facts(event: LogisticsEvent, locale: str, promised: date | None = None) -> Facts:
    """What is known of an event beyond its status; `promised` is the first delivery day ever announced."""
    at, place = _at_place(event), event.location
    expected = event.eta.date() if event.eta else None
    return Facts(
        expected=expected,
        days_late=(expected - promised).days if expected and promised else 0,
        happened=at.date(),
        place=place_name(place.country, place.city, locale) if place else None,
        carrier=event.carrier,
        tracking=event.tracking_number,
        year=at.year,
    )


def _at_place(event: LogisticsEvent) -> datetime:
    return at_place(event.occurred_at, event.location.country if event.location else None)


def _content_id(event: LogisticsEvent) -> str:
    """An id for a carrier that gives none: the same statement repeated has the same one.

    Left out is what may differ between two deliveries of one statement: when it was recorded and who is told.
    """
    said = replace(event, recorded_at=None, recipient_locales=())
    return f"content-{fingerprint(said)}"


def settle(
    state: ParcelState | None, event: LogisticsEvent | Tombstone, localized: LocalizedParcelEvent
) -> Outcome[ParcelState]:
    """Decide whether the event is repeated, late, or the parcel's latest."""
    if isinstance(event, Tombstone):
        return Outcome(dropped=Drop.UNCHANGED)
    seen = fingerprint(localized.event_id)
    if state and seen in state.recent:
        return Outcome(dropped=Drop.DUPLICATE)
    latest = _is_latest(state, event)
    marks = (Warn.LATE_EVENT.value,) if not latest and _is_late(state, event) else ()
    promised = _promised(state, event)
    messages = [
        replace(_against(message, event, promised), is_latest=latest, warnings=(*message.warnings, *marks))
        for message in localized.messages
    ]
    recent = (*(state.recent if state else ()), seen)[-RECENT_EVENTS_MAX:]
    return Outcome(
        outputs=tuple(_output(event, message) for message in messages),
        state=_known(event, seen, recent, promised)
        if latest or state is None
        else replace(state, recent=recent, promised=promised),
        warnings=bare(warning for message in messages for warning in message.warnings),
    )


def _is_latest(state: ParcelState | None, event: LogisticsEvent) -> bool:
    """Whether this is now the last thing to be said of the parcel.

    What happened outranks what is estimated or planned, whatever time the estimate names; among estimates the last
    one recorded counts. Among what happened the time decides; a correction of the latest event takes its place, even
    if it moves it back in time.
    """
    if state is None:
        return True
    if event.classifier != "ACT":
        return not state.latest_happened
    if not state.latest_happened or event.occurred_at >= state.latest_at:
        return True
    return event.corrects_event_id is not None and fingerprint(event.corrects_event_id) == state.latest


def _is_late(state: ParcelState | None, event: LogisticsEvent) -> bool:
    return state is not None and event.occurred_at < state.latest_at


def _promised(state: ParcelState | None, event: LogisticsEvent) -> date | None:
    if state is not None and state.promised is not None:
        return state.promised
    return event.eta.date() if event.eta else None


def _against(message: LogisticsLocalized, event: LogisticsEvent, promised: date | None) -> LogisticsLocalized:
    """Tell by how much the delivery is later than announced, which only the parcel's history knows."""
    if event.eta is None or promised is None:
        return message
    days = (event.eta.date() - promised).days
    if days == 0:
        return replace(message, delay_days=0)
    said = phrase(message.canonical_status, message.locale, _facts(event, message.locale, promised))
    return replace(message, explanation=said.explanation, delay_days=days)


def _known(event: LogisticsEvent, seen: str, recent: tuple[str, ...], promised: date | None) -> ParcelState:
    return ParcelState(
        latest_at=event.occurred_at,
        latest=seen,
        latest_happened=event.classifier == "ACT",
        recent=recent,
        promised=promised,
    )


def _output(event: LogisticsEvent, message: LogisticsLocalized) -> Output:
    topic = logistics_localized(event.partner_id)
    return Output(topic, event.shipment_id, message, LOGISTICS_LOCALIZED_TYPE, message.locale, event.shipment_id)


LOGISTICS_AGENT: Agent[LogisticsEvent, LocalizedParcelEvent, ParcelState] = Agent(
    contract=LOGISTICS_CONTRACT,
    state=ParcelState,
    localize=localize,
    settle=settle,
    state_key=lambda event: event.key if isinstance(event, Tombstone) else event.shipment_id,
    priority=Priority.LOGISTICS,
    admit=admit,
)
