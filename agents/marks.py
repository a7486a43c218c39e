"""From the marks on single texts to what is said of the whole: its status, its warnings, its provenance."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from inference.pool import Pool
from schemas.outputs import ListingStatus, LocalizedField, Provenance
from schemas.reasons import Warn, word_of

# Neither keeps a text from being what it should be.
HARMLESS = frozenset({Warn.HTML_CLEANED, Warn.MOJIBAKE_REPAIRED, Warn.BOM_STRIPPED, Warn.GLOSSARY_MISSED})
# No model was asked: the pair or the language as a whole is at fault, so it is said once and not per field.
NOT_ASKED = frozenset({Warn.PAIR_UNAVAILABLE, Warn.LANGUAGE_UNCERTAIN})


class Part(Struct, frozen=True):
    """A text and the name it goes by in a warning (`title`, `bullets`)."""

    name: str
    field: LocalizedField


def status_of(parts: Iterable[Part]) -> ListingStatus:
    """Say what became of a listing's texts.

    `localized`: every text that has to differ does. `partial`: some do, others (or segments of them) fell back to the
    source. `fallback_source`: a model was asked and nothing it said could be shown. `passthrough`: no model was asked
    (the source's own language, no model for the pair, a language nobody could tell, nothing but numbers and names).
    """
    fields = [part.field for part in parts]
    translated = any(field.origin != "copied" for field in fields)
    words = {word for field in fields for word in _words(field)}
    failed = words - HARMLESS - NOT_ASKED
    if translated:
        return "partial" if failed or words & NOT_ASKED else "localized"
    return "fallback_source" if failed else "passthrough"


def warnings_of(parts: Iterable[Part]) -> tuple[str, ...]:
    """The marks of all texts, each once: `<warn>:<field>`, or the bare word where the whole event is meant."""
    marks: dict[str, None] = {}
    for part in parts:
        for word in _words(part.field):
            marks[word if word in NOT_ASKED else f"{word}:{part.name}"] = None
    return tuple(marks)


def provenance_of(
    parts: Sequence[Part],
    pool: Pool,
    source_locale: str | None,
    target_locale: str,
    pipeline_version: str,
    glossary_version: str | None = None,
) -> Provenance:
    """Name the model whose words are shown, now or from memory, and the glossary; none is named where none is."""
    used = any(part.field.origin in {"model", "memory"} for part in parts)
    model = pool.translates(source_locale, target_locale) if used and source_locale else None
    if model is None:
        fixed = any(part.field.origin == "glossary" for part in parts)
        return Provenance(pipeline_version=pipeline_version, glossary_version=glossary_version if fixed else None)
    return Provenance(
        model=model.name,
        model_version=model.version,
        glossary_version=glossary_version,
        pipeline_version=pipeline_version,
    )


def bare(warnings: Iterable[str]) -> tuple[str, ...]:
    """The words without their fields and values, each once, sorted: bounded, so they may be a metric's label."""
    return tuple(sorted({word_of(warning) for warning in warnings}))


def _words(field: LocalizedField) -> Iterable[str]:
    return (word_of(warning) for warning in field.warnings)
