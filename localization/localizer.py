"""From one source text to one text that may be shown."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from inference.pool import Pool
from inference.requests import Priority
from localization.detection.detector import Detector
from localization.measures.units import annotated
from localization.memory import Memory
from localization.privacy.search import Search
from localization.protection.glossary import Glossary
from localization.protection.glossary_file import load_glossary
from localization.protection.masking import mask
from localization.text.clean import clean
from localization.text.labels import CELL
from localization.text.markup import (
    Block,
    attribute_texts,
    labels_apart,
    parse,
    render,
    same_tags,
    sanitize,
    with_attribute_texts,
)
from localization.text.segment import Segment, segment
from localization.text.worth import worth_translating
from localization.together import together
from localization.translator import Job, SegmentTranslator, Shown
from schemas.locales import parse_locale, same_language
from schemas.outputs import LocalizedField, Origin
from schemas.reasons import Warn
from schemas.report import PersonalDataFound, Reporter, silent
from schemas.settings import LocalizationSettings
from schemas.stages import Stages


class FieldKind(StrEnum):
    """What a text is: it decides how it is segmented and which decoding suits it."""

    TITLE = "title"
    TEXT = "text"
    HTML = "html"
    BULLET = "bullet"
    ATTRIBUTE_NAME = "attribute_name"
    ATTRIBUTE_VALUE = "attribute_value"
    REVIEW = "review"
    REVIEW_TITLE = "review_title"
    CARRIER_TEXT = "carrier_text"


# What a seller writes about an item. A title has no room, a review and a carrier speak for themselves.
_MEASURED: Final = frozenset((FieldKind.TEXT, FieldKind.HTML, FieldKind.BULLET, FieldKind.ATTRIBUTE_VALUE))
_CELL: Final = re.compile("<(?:t[dh]|d[td])[ >]")
_PROSE: Final = frozenset((FieldKind.TEXT, FieldKind.HTML, FieldKind.REVIEW, FieldKind.CARRIER_TEXT))


class Source(Struct, frozen=True):
    """A text as the producer wrote it; `protected` are terms that must come through unchanged.

    `locale` None means nobody knows: the text is shown as it is, marked `language_uncertain`.
    """

    text: str
    kind: FieldKind
    locale: str | None
    protected: tuple[str, ...] = ()


class Detection(Struct, frozen=True):
    """The language of an event's texts: `confidence` 1.0 when the producer said so; `locale` None when unsure.

    `notes` are what a reader is told of it: more than one language, or a region that is not served.
    """

    locale: str | None
    confidence: float
    declared: bool
    notes: tuple[str, ...] = ()


class _Ready(Struct, frozen=True):
    """A cleaned source: `text` for the model, `verbatim` for the reader where nothing is translated."""

    text: str
    verbatim: str
    notes: tuple[str, ...]


class _Part(Struct, frozen=True):
    """A stretch of a field: a literal between blocks of HTML, or the segments of a block or of a plain text.

    `cell`: the block is in a table or a list of definitions, where names and values stand alone.
    """

    literal: str = ""
    block: Block | None = None
    segments: tuple[Segment, ...] = ()
    cell: bool = False


class Localizer:
    """detect -> clean -> segment -> protect -> memory -> pool -> restore -> gate -> assemble."""

    def __init__(
        self,
        pool: Pool,
        settings: LocalizationSettings,
        pipeline_version: str,
        reporter: Reporter = silent,
        memory: Memory | None = None,
        glossary: Glossary | None = None,
    ) -> None:
        self._pool = pool
        self._settings = settings
        self._report = reporter
        self._stages = Stages(reporter)
        self._people = Search(pool)
        self.glossary = load_glossary(settings.glossary) if glossary is None else glossary
        self._detector = Detector(settings.locales)
        self._translator = SegmentTranslator(
            pool,
            Memory(settings.memory_entries) if memory is None else memory,
            pipeline_version,
            reporter,
            self._stages,
        )

    def detect(self, texts: Sequence[str], declared: str | None) -> Detection:
        """Return the declared locale, else the settings' default, else the detected language among those served."""
        if declared is not None:
            return Detection(declared, 1.0, declared=True)
        if self._settings.default_source_locale is not None:
            return Detection(self._settings.default_source_locale, 1.0, declared=False)
        guess = self._detector.guess(texts)
        sure = guess.probability >= self._settings.detect_confidence
        return Detection(guess.locale if sure else None, guess.probability, declared=False, notes=guess.warnings)

    async def personal(
        self, texts: Sequence[str], locale: str | None, priority: Priority, keep: Sequence[str] = ()
    ) -> tuple[str, ...]:
        """Return the personal data in texts that people wrote, each once, counted by kind; `keep` are brands.

        A caller protects them like brands, so that they come through as written and no memory keeps them. Raises
        RequestTimeout and PoolDead.
        """
        if not self._settings.find_personal_data:
            return ()
        terms = (*keep, *self._settings.protected_terms)
        found = await together(self._people.find(text, locale, priority, terms) for text in texts)
        for finding in (one for findings in found for one in findings):
            self._report(PersonalDataFound(finding.kind))
        shown = (text[one.start : one.end] for text, findings in zip(texts, found, strict=True) for one in findings)
        return tuple(dict.fromkeys(shown))

    async def localize(self, source: Source, target_locale: str, priority: Priority) -> LocalizedField:
        """Return a text that may be shown; a failure gives the source, origin `copied`, with the reason as a warning.

        HTML that is shown has passed the allow-list, copied or not. pt-PT and pt-BR are one language: text between
        them is copied. Raises only RequestTimeout and PoolDead: everything else ends in a marked field.
        """
        began = self._stages.begin("clean")
        ready = _clean(source)
        self._stages.end("clean", began)
        if not any(map(str.isalpha, ready.text)):
            return _copied(ready)
        terms = (*source.protected, *self._settings.protected_terms)
        if source.locale is None:
            return _copied(ready, Warn.LANGUAGE_UNCERTAIN if _says_something(ready, terms) else None)
        if same_language(source.locale, target_locale):
            return _copied(ready)
        said = self._translator.corrected(_as_corrected(source, ready), source.locale, target_locale)
        if said is not None:
            return LocalizedField(sanitize(said).html if source.kind is FieldKind.HTML else said, "human", ready.notes)
        model = self._pool.translates(source.locale, target_locale)
        if model is None:
            return _copied(ready, Warn.PAIR_UNAVAILABLE if _says_something(ready, terms) else None)
        glossary = self.glossary.for_pair(source.locale, target_locale)
        job = Job(source.locale, target_locale, terms, model, priority, source.kind, glossary)
        began = self._stages.begin("segment")
        parts = _segment(ready.text, source.kind, source.locale)
        self._stages.end("segment", began)
        cell = replace(job, field=CELL)
        segments = [(one.text, cell if part.cell else job) for part in parts for one in part.segments]
        shown = await together(self._translator.translate(text, one) for text, one in segments)
        began = self._stages.begin("assemble")
        if source.kind in _MEASURED and self._settings.units == "both":
            bare = source.kind is not FieldKind.HTML
            shown = tuple(_with_units(one, target_locale, bare=bare) for one in shown)
        field = _assemble(ready, parts, shown, f"{model.name}@{model.version}")
        self._stages.end("assemble", began)
        return await self._with_attributes(field, source, target_locale, priority)

    async def _with_attributes(
        self, field: LocalizedField, source: Source, target_locale: str, priority: Priority
    ) -> LocalizedField:
        """Localize the texts inside tags (`alt`, `title`), unless the field had to fall back to its source.

        Readers see them apart from the text around: one that is refused stays as it was, marked, and no other with it.
        """
        texts = attribute_texts(field.text) if source.kind is FieldKind.HTML else ()
        if not texts or (
            field.origin == "copied" and set(field.warnings) - {Warn.HTML_CLEANED, Warn.MOJIBAKE_REPAIRED}
        ):
            return field
        sources = (Source(text, FieldKind.ATTRIBUTE_VALUE, source.locale, source.protected) for text in texts)
        fields = await together(self.localize(one, target_locale, priority) for one in sources)
        html = with_attribute_texts(field.text, {old: new.text for old, new in zip(texts, fields, strict=True)})
        made = next((one for one in (field, *fields) if one.origin != "copied"), field)
        warnings = dict.fromkeys((*field.warnings, *(warning for one in fields for warning in one.warnings)))
        return LocalizedField(html, made.origin, tuple(warnings), made.model)


def _clean(source: Source) -> _Ready:
    cleaned = clean(source.text)
    verbatim = cleaned.text if cleaned.repaired else source.text
    notes: tuple[str, ...] = (Warn.MOJIBAKE_REPAIRED,) if cleaned.repaired else ()
    if source.kind is not FieldKind.HTML:
        return _Ready(cleaned.text, verbatim, notes)
    safe, shown = sanitize(cleaned.text), sanitize(verbatim)
    if safe.removed or shown.removed:
        notes = (*notes, Warn.HTML_CLEANED)
    return _Ready(safe.html, shown.html if shown.removed else verbatim, notes)


def _as_corrected(source: Source, ready: _Ready) -> str:
    """A whole field as corrections know it: whoever corrects HTML has seen it before the allow-list did."""
    return (clean(source.text).text if source.kind is FieldKind.HTML else ready.text).strip()


def _copied(ready: _Ready, warning: Warn | None = None) -> LocalizedField:
    return LocalizedField(ready.verbatim, "copied", ready.notes if warning is None else (*ready.notes, warning))


def _says_something(ready: _Ready, terms: Sequence[str]) -> bool:
    return worth_translating(mask(ready.text, terms).text)


def _segment(text: str, kind: FieldKind, locale: str) -> tuple[_Part, ...]:
    language = parse_locale(locale).language
    if kind is not FieldKind.HTML:
        return (_Part(segments=tuple(segment(text, language, whole=kind not in _PROSE))),)
    parts, cell = [], False
    for part in parse(text):
        if isinstance(part, str):
            parts.append(_Part(literal=part))
            cell = _CELL.match(part) is not None
            continue
        runs = (segment(run, language, whole=False) for run in labels_apart(part.text))
        parts.append(_Part(block=part, segments=tuple(one for run in runs for one in run), cell=cell))
    return tuple(parts)


def _with_units(shown: Shown, locale: str, *, bare: bool) -> Shown:
    """Tell the measures of a segment in the reader's system too, unless a person wrote it or it was refused.

    `bare`: also of one that holds nothing else (an attribute's value; a cell of a table has no room).
    """
    if shown.refused is not None or shown.corrected or shown.fixed:
        return shown
    if shown.asked or shown.recalled:
        return replace(shown, text=annotated(shown.text, locale))
    text = annotated(shown.text, locale) if bare or ":" in shown.text else shown.text
    return replace(shown, text=text, ruled=shown.ruled or text != shown.text)


def _assemble(ready: _Ready, parts: tuple[_Part, ...], shown: Sequence[Shown], model: str) -> LocalizedField:
    """Put the segments back where they stood; a refused one makes the whole field the source."""
    refused = next((one.refused for one in shown if one.refused is not None), None)
    if refused is not None:
        return _copied(ready, refused)
    asked, recalled = any(one.asked for one in shown), any(one.recalled for one in shown)
    corrected = any(one.corrected for one in shown)
    fixed, ruled = any(one.fixed for one in shown), any(one.ruled for one in shown)
    if not (asked or recalled or corrected or fixed or ruled):
        return _copied(ready)
    texts, at = [], 0
    for part in parts:
        mine = zip(part.segments, shown[at : at + len(part.segments)], strict=True)
        joined = "".join(one.lead + now.text + one.trail for one, now in mine)
        at += len(part.segments)
        if part.block is not None and not same_tags(part.block.text, joined):
            return _copied(ready, Warn.GATE_TAGS)
        texts.append(part.literal + _rendered(part, joined))
    made: dict[Origin, bool] = {"model": asked, "memory": recalled, "human": corrected, "glossary": fixed}
    origin: Origin = next((origin for origin, was_used in made.items() if was_used), "generated")
    notes = (*ready.notes, Warn.GLOSSARY_MISSED) if any(one.missed for one in shown) else ready.notes
    return LocalizedField("".join(texts), origin, notes, model if asked or recalled else None)


def _rendered(part: _Part, joined: str) -> str:
    return joined if part.block is None else render(part.block, joined)
