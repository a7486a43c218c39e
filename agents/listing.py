"""A listing was written or removed: the same listing in every locale served, and its vector."""

from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from agents.audience import Audience, readers
from agents.base import Agent, Outcome, Output, Served, Tools
from agents.basis import basis_of
from agents.embedding import embed_listing, embedding_output, plain_description
from agents.fingerprint import fingerprint, union
from agents.marks import Part, bare, provenance_of, status_of, warnings_of
from agents.rendering import Rendering
from agents.versions import Edition, judge_upsert, left_out, withdraw
from inference.requests import PoisonText, Priority
from localization.localizer import Detection, FieldKind
from localization.measures import mains, sizes, units
from localization.measures.formats import price_display
from localization.measures.money import converted_display
from localization.together import task_group, together
from schemas.contracts import LISTING_CONTRACT
from schemas.events import Attribute, ListingUpdated, Tombstone
from schemas.outputs import (
    LISTING_LOCALIZED_TYPE,
    ItemEmbedding,
    ListingFields,
    ListingLocalized,
    LocalizedAttribute,
    Measurement,
)
from schemas.reasons import Drop, Warn
from schemas.topics import listing_localized


class LocalizedListing(Struct, frozen=True, kw_only=True):
    """One listing in every locale it is published in.

    `fields` fingerprints the event's part of what it was made from; `bases`, by locale, names the rest. `warnings` are
    about what no output can say of itself: a vector that is not there.
    """

    listings: tuple[ListingLocalized, ...]
    embedding: ItemEmbedding | None
    warnings: tuple[str, ...] = ()
    fields: dict[str, str]
    bases: dict[str, str]

    @property
    def locales(self) -> tuple[str, ...]:
        """The locales of `listings`."""
        return tuple(listing.locale for listing in self.listings)


class ListingState(Edition, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a listing; `embedding` is the source hash of the vector that readers hold now."""

    embedding: str | None = None


# A delete has nothing to localize.
Localized: TypeAlias = LocalizedListing | None


def admit(event: ListingUpdated | Tombstone, served: Served) -> Audience | None:
    """Return who reads the listing, None for a delete; raises Refused where nobody does."""
    if isinstance(event, Tombstone) or event.operation == "delete":
        return None
    return readers(event.target_locales, served.locales)


async def localize(event: ListingUpdated | Tombstone, tools: Tools) -> Localized:
    """Return the listing in every locale asked for and served; raises Refused, RequestTimeout, PoolDead.

    Only the locales asked for: the source's own is among them if the producer names it or names none, and is then a
    copied listing, so that a storefront needs one topic and not two.
    """
    admitted = admit(event, tools)
    if isinstance(event, Tombstone) or admitted is None:
        return None
    texts = (event.title, plain_description(event), *event.bullets)
    detection = tools.localizer.detect(texts, event.source_locale)
    everything = "\n".join((*texts, *(f"{each.name}: {each.value}" for each in event.attributes)))
    async with task_group() as group:
        vector = group.create_task(_vector(event, tools))
        listings = [
            group.create_task(_for_locale(event, tools, detection, admitted.warnings, locale))
            for locale in admitted.locales
        ]
    embedding, warnings = vector.result()
    return LocalizedListing(
        listings=tuple(listing.result() for listing in listings),
        embedding=embedding,
        warnings=warnings,
        fields=_fingerprints(event),
        bases={
            made.locale: basis_of(tools, detection, made.locale, everything, _parts(made.fields))
            for made in (listing.result() for listing in listings)
        },
    )


async def _vector(event: ListingUpdated, tools: Tools) -> tuple[ItemEmbedding | None, tuple[str, ...]]:
    """A text that breaks the embedding model costs the listing its vector, not its place in the shop."""
    try:
        return await embed_listing(event, tools), ()
    except PoisonText:
        return None, (Warn.POISON_TEXT,)


async def _for_locale(
    event: ListingUpdated, tools: Tools, detection: Detection, marks: tuple[str, ...], locale: str
) -> ListingLocalized:
    rendering = Rendering(
        tools=tools,
        detection=detection,
        target=locale,
        priority=tools.priority(Priority.LISTING),
        protected=_protected(event),
    )
    fields = await _fields(event, rendering)
    parts = _parts(fields)
    return ListingLocalized(
        listing_id=event.listing_id,
        locale=locale,
        listing_version=event.version,
        status=status_of(parts),
        fields=fields,
        measurements=_measurements(event, detection, locale),
        price_display=price_display(event.price, locale) if event.price else None,
        price_converted=converted_display(event.price, locale, tools.rates) if event.price and tools.rates else None,
        detected_locale=detection.locale,
        detected_confidence=detection.confidence,
        warnings=(*marks, *detection.notes, *warnings_of(parts)),
        provenance=provenance_of(
            parts, tools.pool, detection.locale, locale, tools.pipeline_version, tools.glossary_version
        ),
    )


async def _fields(event: ListingUpdated, rendering: Rendering) -> ListingFields:
    description = FieldKind.HTML if event.description_format == "html" else FieldKind.TEXT
    async with task_group() as group:
        title = group.create_task(rendering.show(event.title, FieldKind.TITLE))
        body = group.create_task(rendering.show(event.description, description))
        bullets = group.create_task(together(rendering.show(text, FieldKind.BULLET) for text in event.bullets))
        attributes = group.create_task(together(_attribute(a, rendering) for a in event.attributes))
    return ListingFields(title.result(), body.result(), bullets.result(), attributes.result())


def _measurements(event: ListingUpdated, detection: Detection, locale: str) -> tuple[Measurement, ...]:
    """What is measured in the source, as this locale's readers know it; nothing while its language is unknown."""
    if detection.locale is None:
        return ()
    attributes = [(one.name, f"{one.value} {one.unit}" if one.unit else one.value) for one in event.attributes]
    texts = (event.title, plain_description(event), *event.bullets, *(text for _, text in attributes))
    return (
        *units.measurements(texts, detection.locale, locale),
        *sizes.notes(texts, attributes, detection.locale, locale),
        *mains.notes(texts, locale),
    )


async def _attribute(attribute: Attribute, rendering: Rendering) -> LocalizedAttribute:
    name, value = await together(
        (
            rendering.show(attribute.name, FieldKind.ATTRIBUTE_NAME),
            rendering.show(attribute.value, FieldKind.ATTRIBUTE_VALUE),
        )
    )
    return LocalizedAttribute(name, value, attribute.unit)


def _parts(fields: ListingFields) -> tuple[Part, ...]:
    return (
        Part("title", fields.title),
        Part("description", fields.description),
        *(Part("bullets", bullet) for bullet in fields.bullets),
        *(Part("attributes", text) for each in fields.attributes for text in (each.name, each.value)),
    )


def _protected(event: ListingUpdated) -> tuple[str, ...]:
    named = (event.brand, event.model, event.sku, event.gtin, *event.protected_terms)
    return tuple(dict.fromkeys(term for term in named if term))


def _fingerprints(event: ListingUpdated) -> dict[str, str]:
    """One hash per part of what the outputs are made from; what they do not show (images, seller) is not compared."""
    return {
        "title": fingerprint(event.title),
        "description": fingerprint(event.description, event.description_format),
        "bullets": fingerprint(event.bullets),
        "attributes": fingerprint(event.attributes),
        "price": fingerprint(event.price),
        "protected_terms": fingerprint(_protected(event)),
        "locales": fingerprint(event.source_locale, event.target_locales),
    }


def settle(
    state: ListingState | None, event: ListingUpdated | Tombstone, localized: Localized
) -> Outcome[ListingState]:
    """Decide what readers are told: nothing (stale, repeated), new texts, or that the listing is gone."""
    if isinstance(event, Tombstone) or localized is None:
        return _withdraw(state, event)
    verdict = judge_upsert(state, event.version, localized.fields, localized.bases)
    vector = _embedding(event.listing_id, state, localized.embedding)
    if verdict.dropped and not (verdict.dropped is Drop.DUPLICATE and vector):  # another model gives another vector
        return Outcome(dropped=verdict.dropped)
    told = [listing for listing in localized.listings if listing.locale in verdict.locales]
    outputs = [
        _output(
            event.listing_id,
            listing.locale,
            replace(listing, warnings=(*listing.warnings, *verdict.warnings)),
            localized.bases[listing.locale],
        )
        for listing in told
    ]
    outputs += (_output(event.listing_id, locale, None) for locale in left_out(state, localized.locales))
    outputs += vector
    return Outcome(
        outputs=tuple(outputs),
        state=ListingState(
            version=event.version,
            bases=localized.bases,
            fields=localized.fields,
            published=union(state.published if state else (), localized.locales),
            live=localized.locales,
            embedding=localized.embedding.source_hash if localized.embedding else None,
        ),
        warnings=bare(
            (
                *verdict.warnings,
                *localized.warnings,
                *(warning for listing in told for warning in listing.warnings),
            )
        ),
    )


def _withdraw(state: ListingState | None, event: ListingUpdated | Tombstone) -> Outcome[ListingState]:
    """Tell every locale that ever showed the listing, and take its vector back."""

    def tombstones(known: ListingState) -> tuple[Output, ...]:
        shown = [_output(_entity(event), locale, None) for locale in known.published]
        return (*shown, *_embedding(_entity(event), known, None))

    return withdraw(ListingState, state, _version(event), tombstones)


def _embedding(listing_id: str, state: ListingState | None, embedding: ItemEmbedding | None) -> list[Output]:
    """The vector, if readers hold another one; a tombstone, if they hold one and there is none any more."""
    held = state.embedding if state else None
    made = embedding.source_hash if embedding else None
    return [] if held == made else [embedding_output(listing_id, embedding)]


def _output(listing_id: str, locale: str, listing: ListingLocalized | None, basis: str | None = None) -> Output:
    return Output(listing_localized(locale), listing_id, listing, LISTING_LOCALIZED_TYPE, locale, listing_id, basis)


def _entity(event: ListingUpdated | Tombstone) -> str:
    return event.key if isinstance(event, Tombstone) else event.listing_id


def _version(event: ListingUpdated | Tombstone) -> int | None:
    return None if isinstance(event, Tombstone) else event.version


LISTING_AGENT: Agent[ListingUpdated, Localized, ListingState] = Agent(
    contract=LISTING_CONTRACT,
    state=ListingState,
    localize=localize,
    settle=settle,
    state_key=_entity,
    priority=Priority.LISTING,
    admit=admit,
    version=_version,
)
