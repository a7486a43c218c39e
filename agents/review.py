"""A buyer's review was written, changed or removed: the same review for readers of every locale served."""

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from agents.audience import Audience, readers
from agents.base import Agent, Outcome, Output, Served, Tools
from agents.basis import basis_of
from agents.fingerprint import fingerprint, union
from agents.marks import Part, bare, provenance_of, warnings_of
from agents.rendering import Rendering
from agents.versions import Edition, judge_upsert, left_out, withdraw
from inference.requests import Priority
from localization.gate.sentiment import judges_opinions
from localization.localizer import Detection, FieldKind
from localization.together import task_group, together
from schemas.contracts import REVIEW_CONTRACT
from schemas.events import ReviewPosted, Tombstone
from schemas.outputs import REVIEW_LOCALIZED_TYPE, ReviewLocalized
from schemas.topics import review_localized


class LocalizedReview(Struct, frozen=True, kw_only=True):
    """One review in every locale it is published in.

    `fields` fingerprints the event's part of what it was made from; `bases`, by locale, names the rest.
    """

    reviews: tuple[ReviewLocalized, ...]
    fields: dict[str, str]
    bases: dict[str, str]

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales of `reviews`."""
        return tuple(review.locale for review in self.reviews)


class ReviewState(Edition, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a review."""


# A delete has nothing to localize.
Localized: TypeAlias = LocalizedReview | None


def admit(event: ReviewPosted | Tombstone, served: Served) -> Audience | None:
    """Return who reads the review, None for a delete; raises Refused where nobody does."""
    if isinstance(event, Tombstone) or event.operation == "delete":
        return None
    return readers(event.target_locales, served.locales)


async def localize(event: ReviewPosted | Tombstone, tools: Tools) -> Localized:
    """Return the review in every locale asked for and served; raises Refused, RequestTimeout, PoolDead."""
    admitted = admit(event, tools)
    if isinstance(event, Tombstone) or admitted is None:
        return None
    texts = (event.title or "", event.body)
    detection = tools.localizer.detect(texts, event.source_locale)
    personal = await tools.localizer.personal(texts, detection.locale, tools.priority(Priority.REVIEW))
    made = await together(
        _for_locale(event, tools, detection, personal, admitted.warnings, locale) for locale in admitted.locales
    )
    return LocalizedReview(
        reviews=tuple(review for review, _ in made),
        fields=_fingerprints(event),
        bases={review.locale: basis for review, basis in made},
    )


async def _for_locale(
    event: ReviewPosted,
    tools: Tools,
    detection: Detection,
    personal: tuple[str, ...],
    marks: tuple[str, ...],
    locale: str,
) -> tuple[ReviewLocalized, str]:
    """Return the review in one locale, and what it was made from besides the event."""
    priority = tools.priority(Priority.REVIEW)
    rendering = Rendering(tools=tools, detection=detection, target=locale, priority=priority, protected=personal)
    async with task_group() as group:
        heading = group.create_task(rendering.show(event.title, FieldKind.REVIEW_TITLE)) if event.title else None
        text = group.create_task(rendering.show(event.body, FieldKind.REVIEW))
    title, body = heading.result() if heading else None, text.result()
    parts = (Part("title", title), Part("body", body)) if title else (Part("body", body),)
    translated = any(part.field.origin in {"model", "memory"} for part in parts)
    basis = basis_of(tools, detection, locale, f"{event.title or ''}\n{event.body}", parts)
    review = ReviewLocalized(
        review_id=event.review_id,
        listing_id=event.listing_id,
        locale=locale,
        review_version=event.version,
        title=title.text if title else None,
        body=body.text,
        original=event.body,
        rating=event.rating,
        sentiment_preserved=(translated and judges_opinions(detection.locale, locale)) or None,
        machine_translated=translated,
        detected_locale=detection.locale,
        detected_confidence=detection.confidence,
        warnings=(*marks, *detection.notes, *warnings_of(parts)),
        provenance=provenance_of(
            parts, tools.pool, detection.locale, locale, tools.pipeline_version, tools.glossary_version
        ),
    )
    return review, basis


def _fingerprints(event: ReviewPosted) -> dict[str, str]:
    return {
        "title": fingerprint(event.title),
        "body": fingerprint(event.body),
        "rating": fingerprint(event.rating),
        "locales": fingerprint(event.source_locale, event.target_locales),
    }


def settle(state: ReviewState | None, event: ReviewPosted | Tombstone, localized: Localized) -> Outcome[ReviewState]:
    """Decide what readers are told: nothing (stale, repeated), a new text, or that the review is gone."""
    if isinstance(event, Tombstone) or localized is None:
        return _withdraw(state, event)
    verdict = judge_upsert(state, event.version, localized.fields, localized.bases)
    if verdict.dropped:
        return Outcome(dropped=verdict.dropped)
    told = [review for review in localized.reviews if review.locale in verdict.locales]
    outputs = [
        _output(
            event.review_id,
            review.locale,
            replace(review, warnings=(*review.warnings, *verdict.warnings)),
            localized.bases[review.locale],
        )
        for review in told
    ]
    outputs += (_output(event.review_id, locale, None) for locale in left_out(state, localized.locales))
    return Outcome(
        outputs=tuple(outputs),
        state=ReviewState(
            version=event.version,
            bases=localized.bases,
            fields=localized.fields,
            published=union(state.published if state else (), localized.locales),
            live=localized.locales,
        ),
        warnings=bare((*verdict.warnings, *(w for review in told for w in review.warnings))),
    )


def _withdraw(state: ReviewState | None, event: ReviewPosted | Tombstone) -> Outcome[ReviewState]:
    """Tell every locale that ever showed the review."""

    def tombstones(known: ReviewState) -> tuple[Output, ...]:
        return tuple(_output(_entity(event), locale, None) for locale in known.published)

    return withdraw(ReviewState, state, _version(event), tombstones)


def _output(review_id: str, locale: str, review: ReviewLocalized | None, basis: str | None = None) -> Output:
    # Key review_id: the topic is compacted, so the key must name the fact (docs/adr/0006).
    return Output(review_localized(locale), review_id, review, REVIEW_LOCALIZED_TYPE, locale, review_id, basis)


def _entity(event: ReviewPosted | Tombstone) -> str:
    return event.key if isinstance(event, Tombstone) else event.review_id


def _version(event: ReviewPosted | Tombstone) -> int | None:
    return None if isinstance(event, Tombstone) else event.version


REVIEW_AGENT: Agent[ReviewPosted, Localized, ReviewState] = Agent(
    contract=REVIEW_CONTRACT,
    state=ReviewState,
    localize=localize,
    settle=settle,
    state_key=_entity,
    priority=Priority.REVIEW,
    admit=admit,
)
