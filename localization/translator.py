"""One segment: protect, recall or ask the pool, restore, judge; once as it reads best, once more after a refusal."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from inference.pool import Pool
from inference.requests import Decoding, ModelId, PairUnavailable, PoisonText, Priority, SegmentTooLong
from localization.gate.case import Case
from localization.gate.glossary import misses_glossary
from localization.gate.judge import judge
from localization.measures.written import rewritten
from localization.memory import Key, Memory, Verdict
from localization.protection.glossary import PairGlossary, stands_together
from localization.protection.masking import Masked, mask, restore
from localization.protection.spans import terms_said
from localization.text.abbreviations import written_out
from localization.text.casing import casing_of, to_model, to_reader
from localization.text.clean import folded
from localization.text.labels import CELL, headed, told
from localization.text.segment import TAG, TAGS, halves, has_clauses, trimmed
from localization.text.worth import worth_translating
from localization.together import together
from schemas.locales import parse_locale
from schemas.reasons import Warn
from schemas.report import GateJudged, MemoryUsed, Reporter
from schemas.stages import Stages

_CUT: Final = Verdict(cut=True)
_NO_GLOSSARY: Final = PairGlossary()
# These say nothing about the text itself, so they are asked again next time.
_PASSING: Final = frozenset((Warn.POISON_TEXT, Warn.PAIR_UNAVAILABLE))


class Job(Struct, frozen=True):
    """What all segments of one field share."""

    source: str
    target: str
    terms: tuple[str, ...]
    model: ModelId
    priority: Priority
    field: str = "text"
    glossary: PairGlossary = _NO_GLOSSARY


class Shown(Struct, frozen=True):
    """What became of a segment. `asked`: the model ran for it; `recalled`: memory had it; neither: nothing to say.

    `corrected`: a person said it; `fixed`: it is a term of the glossary; `ruled`: a rule wrote it. `missed`: a term of
    the glossary is in the source, and its translation is not in the text.
    `refused` is why there is no translation; `text` is then the source.
    """

    text: str
    asked: bool = False
    recalled: bool = False
    refused: Warn | None = None
    corrected: bool = False
    fixed: bool = False
    ruled: bool = False
    missed: bool = False


class SegmentTranslator:
    """Turns segments into what may be shown for them. One event loop owns it and its memory."""

    def __init__(self, pool: Pool, memory: Memory, pipeline_version: str, reporter: Reporter, stages: Stages) -> None:
        self._pool = pool
        self._memory = memory
        self._version = pipeline_version
        self._report = reporter
        self._stages = stages

    async def translate(self, written: str, job: Job) -> Shown:
        """Return what may be shown for one segment; raises RequestTimeout and PoolDead only."""
        said = self.corrected(written, job.source, job.target)
        if said is not None:
            return Shown(said, corrected=True)
        shown = await self._translate(written_out(written, parse_locale(job.source).language), job)
        unsaid = shown.refused is not None or not (shown.asked or shown.recalled or shown.fixed or shown.ruled)
        return replace(shown, text=written) if unsaid else shown

    def corrected(self, text: str, source: str, target: str) -> str | None:
        """Return what a person wants shown for a cleaned text, a whole field or a segment of it, or None."""
        said = self._memory.corrected(source, target, text)
        if said is not None:
            self._report(MemoryUsed(target, "correction"))
        return said

    async def _translate(self, text: str, job: Job) -> Shown:
        said = await self._told(text, job)
        return await self._asked(text, job) if said is None else said

    async def _told(self, text: str, job: Job) -> Shown | None:
        """What glossary and tables say of a text as a whole, or of the label that it begins with."""
        whole = job.glossary.exact(text)
        if whole is not None:
            return Shown(whole, fixed=True)
        if text in job.terms or job.glossary.fingerprint(text):
            return None
        label = told(text, job.field, job.source, job.target)
        if label is not None:
            return Shown(label, ruled=True)
        heading = headed(text, job.field, job.source, job.target)
        if heading is None:
            return None
        rest = trimmed(heading[1])
        value = told(rest.text, CELL, job.source, job.target)
        behind = await self.translate(rest.text, job) if value is None else Shown(value)
        said = text if behind.refused is not None else heading[0] + rest.lead + behind.text + rest.trail
        return replace(behind, text=said, ruled=True)

    async def _asked(self, text: str, job: Job) -> Shown:
        began = self._stages.begin("protect")
        masked = _masked(text, job)
        self._stages.end("protect", began)
        if not worth_translating(masked.text):
            measured = rewritten(text, text, job.source, job.target, job.terms)
            return Shown(measured, ruled=measured != text)
        fingerprint = job.glossary.fingerprint(text)
        key = Key(job.source, job.target, folded(masked.text), job.model.version, self._version, fingerprint)
        began = self._stages.begin("memory")
        verdict = self._recall(key, text, masked, job)
        self._stages.end("memory", began)
        recalled = verdict is not None
        self._report(MemoryUsed(job.target, verdict.kind if verdict is not None else "miss"))
        if verdict is None:
            verdict = await self._decide(text, masked, job)
            if verdict.refused not in _PASSING:
                self._memory.remember(key, verdict)
        if verdict.cut:
            return await self._cut(text, job)
        if verdict.refused is not None:
            self._report(GateJudged(job.target, verdict.refused))
            return Shown(text, not recalled, recalled, verdict.refused)
        shown = _restored(text, masked, verdict, job)
        if shown is None:
            return Shown(text, not recalled, recalled, Warn.GATE_PROTECTED)
        return Shown(
            shown, not recalled, recalled, missed=bool(fingerprint) and misses_glossary(_case(text, shown, job))
        )

    def _recall(self, key: Key, text: str, masked: Masked, job: Job) -> Verdict | None:
        """The memory's verdict, unless its output does not fit this text.

        The stand-ins of a strict mask are numbers that the text does not hold, so they differ between two texts whose
        ordinary masks are equal.
        """
        verdict = self._memory.recall(key)
        unfit = verdict is not None and verdict.output is not None and _restored(text, masked, verdict, job) is None
        return None if unfit else verdict

    async def _decide(self, text: str, masked: Masked, job: Job) -> Verdict:
        try:
            verdict = await self._attempt(text, masked, Decoding.GREEDY, job)
            return verdict if verdict.refused is None else await self._again(text, verdict, job)
        except SegmentTooLong:
            return _CUT
        except PoisonText:
            return Verdict(refused=Warn.POISON_TEXT)
        except PairUnavailable:
            return Verdict(refused=Warn.PAIR_UNAVAILABLE)

    async def _again(self, text: str, first: Verdict, job: Job) -> Verdict:
        """Ask once more with all numbers and terms stood in for; a text that only missed a term is better than none."""
        if TAGS.search(text):
            return _CUT
        again = await self._attempt(text, _masked(text, job, strict=True), Decoding.SECOND, job)
        if again.refused is None:
            return again
        if first.output is not None:
            return replace(first, refused=None)
        return _CUT if has_clauses(text) else again

    async def _attempt(self, text: str, masked: Masked, decoding: Decoding, job: Job) -> Verdict:
        again = decoding is Decoding.SECOND
        casing = casing_of(masked.text)
        languages = parse_locale(job.source).language, parse_locale(job.target).language
        asked = to_model(masked.text, casing, again=again, languages=languages)
        began = self._stages.begin("model")
        answer = await self._pool.translate(
            asked, source=job.source, target=job.target, priority=job.priority, decoding=decoding
        )
        self._stages.end("model", began)
        began = self._stages.begin("gate")
        output = to_reader(answer.text, masked.text, casing, again=again, languages=languages)
        shown = _said(masked, output, text, job)
        broken = (Warn.GATE_PROTECTED,) if shown is None else judge(_case(text, shown, job, complete=answer.complete))
        if not broken and not again and not _unbroken(text, shown, job):
            broken = (Warn.GATE_GLOSSARY,)
        self._stages.end("gate", began)
        kept = set(broken) <= {Warn.GATE_GLOSSARY}
        return Verdict(output if kept else None, strict=again, refused=next(iter(broken), None))

    async def _cut(self, text: str, job: Job) -> Shown:
        """Cut a sentence that lost its tags at them, one that is too long near its middle; pieces are segments."""
        pieces = _pieces(text)
        if pieces is None:
            return Shown(text, refused=Warn.SEGMENT_TOO_LONG)
        segments = [trimmed(piece) for piece in pieces]
        shown = await together(self.translate(one.text, job) for one in segments)
        asked, recalled = any(one.asked for one in shown), any(one.recalled for one in shown)
        refused = next((one.refused for one in shown if one.refused is not None), None)
        if refused is not None:
            return Shown(text, asked, recalled, refused)
        joined = "".join(s.lead + one.text + s.trail for s, one in zip(segments, shown, strict=True))
        return Shown(
            joined,
            asked,
            recalled,
            corrected=any(one.corrected for one in shown),
            fixed=any(one.fixed for one in shown),
            ruled=any(one.ruled for one in shown),
            missed=any(one.missed for one in shown),
        )


def _unbroken(text: str, shown: str | None, job: Job) -> bool:
    return all(stands_together(fixed, shown or "") for fixed in job.glossary.matching(text).values())


def _masked(text: str, job: Job, *, strict: bool = False) -> Masked:
    region = parse_locale(job.source).territory
    return mask(text, job.terms, job.glossary.matching(text), strict=strict, region=region)


def _case(text: str, shown: str, job: Job, *, complete: bool = True) -> Case:
    return Case(
        source=text,
        translation=shown,
        source_locale=job.source,
        target_locale=job.target,
        field=job.field,
        protected=terms_said(text, job.terms),
        glossary=dict(job.glossary.matching(text)),
        complete=complete,
    )


def _restored(text: str, masked: Masked, verdict: Verdict, job: Job) -> str | None:
    """The spans of this very text go in, also where the translation was made for another price; None: they do not."""
    spans = _masked(text, job, strict=True) if verdict.strict else masked
    return _said(spans, verdict.output or "", text, job)


def _said(masked: Masked, output: str, text: str, job: Job) -> str | None:
    shown = restore(masked, output, job.source, job.target)
    return None if shown is None else rewritten(shown, text, job.source, job.target, job.terms)


def _pieces(text: str) -> list[str] | None:
    if TAG.search(text) is None:
        parted = halves(text)
        return None if parted is None else list(parted)
    pieces, at = [], 0
    for run in TAGS.finditer(text):
        pieces += [text[at : run.start()], run.group()]
        at = run.end()
    return [*pieces, text[at:]]
