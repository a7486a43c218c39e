"""`dragoman evaluate`: how good the whole localization is on sentences of one's own."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer
from msgspec import Struct
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from cli.console import JsonFlag, bars, err, out, print_json, print_table
from cli.evaluation_counts import CountedPool, Tally
from cli.evaluation_set import Example, read_examples
from inference.library.status import ModelStatus
from inference.library.store import ModelStore
from inference.models import LoadedModels
from inference.requests import Decoding, Priority
from localization.localizer import FieldKind, Localizer, Source
from localization.version import PIPELINE_VERSION
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale, same_language
from schemas.outputs import LocalizedField
from schemas.reasons import word_of
from schemas.settings import Settings, load

AT_ONCE: Final = 256  # texts in work together: enough to fill the pool's batches, few enough for any file
SHOWN: Final = "shown"  # the verdict on a text that has nothing against it
OUT_COLUMNS: Final = ("source", "reference", "hypothesis", "origin", "warnings")


class Route(Struct, frozen=True):
    """A pair as it was asked for, and the locales and the model that stand for it."""

    pair: str
    source: str
    target: str
    model: str


class Evaluation(Struct, frozen=True):
    """What `--json` prints.

    `sentences` are lines of the set; `verdicts` counts texts by mark, `shown` those without any; `fallbacks` those that
    show their source for a reason; `origins` by who made the text. Scores are sacrebleu's, 0 to 100. Lines are cut into
    segments: `segments` looked up in memory, `requests` to the model, `retries` of them after a refusal by the gate,
    `refused` segments by reason that fell back after it. `cpu_seconds` is processor time, the model's included.
    """

    pair: str
    source_locale: str
    target_locale: str
    model: str
    sentences: int
    chrf: float
    bleu: float
    signatures: dict[str, str]
    verdicts: dict[str, int]
    fallbacks: int
    origins: dict[str, int]
    segments: int
    recalled: int
    requests: int
    retries: int
    refused: dict[str, int]
    seconds: float
    cpu_seconds: float
    sentences_per_second: float


class Run(Struct, frozen=True):
    """What became of the texts of a set, in their order, what was counted on the way, and how long it took."""

    fields: tuple[LocalizedField, ...]
    tally: Tally
    asked: Counter[str]
    seconds: float
    cpu_seconds: float


def command(
    pair: Annotated[str, typer.Option(help="Source and target, `en-pt` or `pt-BR-en` say.")],
    examples: Annotated[
        Path,
        typer.Option(
            "--set",
            metavar="FILE",
            help="TSV with columns `source` and `reference`, named by its first line, or JSON lines with these keys.",
        ),
    ],
    kind: Annotated[FieldKind, typer.Option(help="What the texts are: it decides how they are cut and decoded.")] = (
        FieldKind.TEXT
    ),
    write: Annotated[
        Path | None, typer.Option("--out", metavar="FILE.tsv", help="Write every text with its translation and marks.")
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="The model by name, converted ones too; default: the first that serves the pair.")
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Read the set backwards: references are the sources.")
    ] = False,
    json: JsonFlag = False,
) -> None:
    """Translate a set of sentences as a worker would and compare them with their references.

    The texts go through everything: cleaning, segmentation, protection, the models, the gate. A text that falls
    back to its source counts as it is shown. Prints chrF and BLEU with signatures, verdicts of the gate, retries,
    and sentences per second.
    """
    metrics, settings = _metrics(), load()
    store = ModelStore(settings.pool.models_dir, device=settings.pool.device)
    route = _route(pair, store.states([model] if model else store.wanted(settings.pool), thorough=False))
    texts = read_examples(examples)
    if reverse:
        texts = [msgspec.structs.replace(one, source=one.reference, reference=one.source) for one in texts]
    with bars() as progress:
        models = store.load(settings.pool, progress=progress, names=[route.model])
    with _progress(len(texts)) as step:
        run = asyncio.run(_localize(settings, models, route, texts, kind, step))
    if write is not None:
        _write(write, texts, run.fields)
    result = _evaluate(route, texts, run, metrics)
    if json:
        print_json(msgspec.structs.asdict(result))
    else:
        _show(result)


def _metrics() -> Any:
    """The module of sacrebleu's metrics."""
    try:
        import sacrebleu.metrics  # noqa: PLC0415  (only this command needs it)
    except ImportError as error:
        raise OperatorError("evaluate scores with sacrebleu, which is not installed: pip install sacrebleu") from error
    return sacrebleu.metrics


def _route(pair: str, models: Sequence[ModelStatus]) -> Route:
    """Cut `en-pt-BR` where both sides name a locale that one model serves; raises OperatorError."""
    written = pair.replace("_", "-")
    parts = (written.lower() if written.isupper() else written).split("-")
    served = [(model.name, *sides) for model in models for sides in model.pairs]
    # What is written in capitals is a territory: in `en-pt-PT` the cut is not before `PT`.
    for cut in (cut for cut in range(1, len(parts)) if parts[cut].islower()):
        source, target = "-".join(parts[:cut]), "-".join(parts[cut:])
        for name, reads, writes in served:
            if _serves(reads, writes, source, target):
                return Route(pair, _at_home(source, reads), _at_home(target, writes), name)
    known = ", ".join(dict.fromkeys(f"{reads}-{writes}" for _, reads, writes in served))
    raise OperatorError(f"no model translates {pair!r}: the pairs are {known or 'none'}")


def _serves(reads: str, writes: str, source: str, target: str) -> bool:
    """Whether the pool would route this pair to a model that reads and writes these."""
    try:
        if not same_language(reads, source) or not same_language(writes, target):
            return False
        return parse_locale(writes).territory is None or parse_locale(target).territory in {
            None,
            parse_locale(writes).territory,
        }
    except UnknownLocale:
        return False


def _at_home(asked: str, own: str) -> str:
    """The locale asked for; the model's own where only a language was named."""
    tag = parse_locale(asked)
    return str(tag) if tag.territory or tag.script else own


async def _localize(
    settings: Settings,
    models: LoadedModels,
    route: Route,
    texts: Sequence[Example],
    kind: FieldKind,
    step: Callable[[], None],
) -> Run:
    """Localize every text, AT_ONCE at a time; the fields have the order of the texts."""
    fields: dict[int, LocalizedField] = {}
    waiting, tally = iter(enumerate(texts)), Tally()
    async with CountedPool(models, settings.pool) as pool:
        pool.asked = Counter()
        localizer = Localizer(pool, settings.localization, PIPELINE_VERSION, tally)

        async def work() -> None:
            for number, example in waiting:
                source = Source(example.source, kind, route.source, example.protected)
                fields[number] = await localizer.localize(source, route.target, Priority.BACKFILL)
                step()

        began_s, began_cpu_s = time.monotonic(), time.process_time()
        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, len(texts))):
                group.create_task(work())
        spent_s, spent_cpu_s = time.monotonic() - began_s, time.process_time() - began_cpu_s
    return Run(tuple(fields[number] for number in range(len(texts))), tally, pool.asked, spent_s, spent_cpu_s)


def _evaluate(route: Route, texts: Sequence[Example], run: Run, metrics: Any) -> Evaluation:
    fields, shown = run.fields, [one.text for one in run.fields]
    references = [[example.reference for example in texts]]
    chrf, bleu = metrics.CHRF(), metrics.BLEU(trg_lang=parse_locale(route.target).language)
    scores = {name: metric.corpus_score(shown, references).score for name, metric in (("chrf", chrf), ("bleu", bleu))}
    verdicts = Counter(word for one in fields for word in (_words(one) or [SHOWN]))
    return Evaluation(
        pair=route.pair,
        source_locale=route.source,
        target_locale=route.target,
        model=route.model,
        sentences=len(texts),
        chrf=round(scores["chrf"], 2),
        bleu=round(scores["bleu"], 2),
        signatures={"chrf": str(chrf.get_signature()), "bleu": str(bleu.get_signature())},
        verdicts=dict(verdicts.most_common()),
        fallbacks=sum(one.origin == "copied" and bool(one.warnings) for one in fields),
        origins=dict(Counter(str(one.origin) for one in fields).most_common()),
        segments=run.tally.memory.total(),
        recalled=run.tally.memory.total() - run.tally.memory["miss"],
        requests=run.asked.total(),
        retries=run.asked[str(Decoding.SECOND)],
        refused=dict(run.tally.refused.most_common()),
        seconds=round(run.seconds, 3),
        cpu_seconds=round(run.cpu_seconds, 3),
        sentences_per_second=round(len(texts) / max(run.seconds, 1e-9), 1),
    )


def _words(shown: LocalizedField) -> list[str]:
    return [word_of(warning) for warning in shown.warnings]


def _show(result: Evaluation) -> None:
    out.print(f"{result.source_locale} -> {result.target_locale}, model {result.model}", highlight=False)
    rows = [
        ("chrF", f"{result.chrf:.2f}", result.signatures["chrf"]),
        ("BLEU", f"{result.bleu:.2f}", result.signatures["bleu"]),
    ]
    print_table(("metric", "score", "signature"), rows)
    counts = [("verdict", *item) for item in result.verdicts.items()] + [
        ("origin", *item) for item in result.origins.items()
    ]
    print_table(("", "", "texts", "share"), ((*row, f"{row[2] / result.sentences:.1%}") for row in counts))
    gate = [("retried", result.retries), *((f"refused: {reason}", count) for reason, count in result.refused.items())]
    print_table(
        ("gate, of segments", "", "share"),
        ((name, str(count), f"{count / max(result.segments, 1):.1%}") for name, count in gate),
    )
    out.print(
        f"{result.sentences} sentences in {result.seconds:.1f} s ({result.sentences_per_second:.0f} a second, "
        f"{result.cpu_seconds:.1f} s of processor time), {result.segments} segments, {result.recalled} from memory, "
        f"{result.requests} requests to the model; {result.fallbacks} fell back to their source",
        highlight=False,
    )


def _write(path: Path, texts: Sequence[Example], fields: Sequence[LocalizedField]) -> None:
    lines = ["\t".join(OUT_COLUMNS)]
    for example, one in zip(texts, fields, strict=True):
        cells = (example.source, example.reference, one.text, one.origin, " ".join(one.warnings))
        lines.append("\t".join(" ".join(cell.split()) for cell in cells))
    try:
        path.write_text("\n".join(lines) + "\n", "utf-8")
    except OSError as error:
        raise OperatorError(f"cannot write {path}: {error.strerror}") from error


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    columns = TextColumn("Translating"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        task = progress.add_task("", total=total)
        yield lambda: progress.advance(task)
