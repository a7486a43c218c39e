"""`dragoman models convert` and `pull`: from a folder or a hub to a model in the store, its licence accepted."""

import sys
from pathlib import Path
from typing import Annotated, Final

import msgspec
import typer

from cli.console import JsonFlag, bars, err, out, print_json, print_table
from inference.library import artefacts
from inference.library.conversion import HEAD_ALL, HEAD_SCRIPTS, Choices, Conversion, Source, convert, downloaded, look
from inference.library.heads import Head
from inference.library.hub import Hub, Reference, parse_reference
from inference.library.licences import Licence
from inference.library.store import ModelStore
from inference.models import Precision
from inference.tokenizers.directions import parse_directions
from schemas.errors import OperatorError
from schemas.settings import Settings, load

_MEGABYTE: Final = 1_000_000

Name = Annotated[str, typer.Option("--name", help="What to call it; default: as its folder or repository.")]
Source_ = Annotated[str, typer.Option("--source", metavar="LOCALE", help="What it translates from, `en` say.")]
Target = Annotated[str, typer.Option("--target", metavar="LOCALE", help="What it translates to, `pt-BR` say.")]
Pairs = Annotated[
    str,
    typer.Option(
        "--pairs",
        metavar="en:de,en:fr",
        help="Directions of a model for many languages; `en:pt-BR=pob` names the model's own code.",
    ),
]
Width = Annotated[
    Precision | None,
    typer.Option(
        "--precision",
        help="row8 for CPUs (default), fp16 for GPUs, fp32 to compare with; static8 comes with --calibrate.",
    ),
]
Calibrate = Annotated[
    Path | None,
    typer.Option(
        "--calibrate",
        metavar="FILE",
        help="Sentences of the source language, one a line: fixed activation scales (static8), faster than row8. "
        "Prints what they cost on lines that they were not found with.",
    ),
]
Columns = Annotated[
    str,
    typer.Option(
        "--columns",
        metavar="all|scripts|FILE",
        help="The pieces the output head can write: all, those in the targets' scripts, or those of a text in the "
        "target languages (a sentence a line), whose loss is measured on lines it was not made from.",
    ),
]
Accept = Annotated[bool, typer.Option("--accept-licence", help="Accept the licence without being asked.")]
Revision = Annotated[str | None, typer.Option("--revision", help="Branch, tag or commit; default: the main branch.")]


def convert_command(
    source: Annotated[str, typer.Argument(metavar="FOLDER|OWNER/NAME", help="A folder of weights, or a hub's model.")],
    name: Name = "",
    source_locale: Source_ = "",
    target_locale: Target = "",
    pairs: Pairs = "",
    precision: Width = None,
    calibrate: Calibrate = None,
    columns: Columns = HEAD_ALL,
    revision: Revision = None,
    accept_licence: Accept = False,
    json: JsonFlag = False,
) -> None:
    """Make a model of this machine from published weights, in a folder or on a hub.

    Kinds: opus-mt (MarianMT), M2M100, NLLB, sentence encoders (BERT, MiniLM, RoBERTa, XLM-R), Firefox's translation
    models. Weights are read from safetensors, or from pytorch_model.bin with torch's weights-only loader.
    """
    choices = _choices(name, source_locale, target_locale, pairs, precision, calibrate, columns)
    folder = Path(source).expanduser()
    if folder.is_dir():
        if revision is not None:
            raise OperatorError("--revision is of a hub's model, not of a folder")
        found = look(folder)
        accepted = _accepted(found.origin, found.licence, accept=accept_licence)
        _show(_make(load(), found, choices, accepted), json=json)
        return
    reference = parse_reference(source)
    if reference is None:
        raise OperatorError(f"{source} is neither a folder nor owner/name of a hub")
    _pull(reference, revision, choices, accept=accept_licence, json=json)


def pull_command(
    model: Annotated[str, typer.Argument(metavar="OWNER/NAME[/FOLDER]", help="A model of the hub.")],
    revision: Revision = None,
    name: Name = "",
    source_locale: Source_ = "",
    target_locale: Target = "",
    pairs: Pairs = "",
    precision: Width = None,
    calibrate: Calibrate = None,
    columns: Columns = HEAD_ALL,
    accept_licence: Accept = False,
    json: JsonFlag = False,
) -> None:
    """Download a model's weights from the hub and convert them.

    Only owners in hub.allow are asked for, and only files that are needed; a download that broke off goes on.
    """
    choices = _choices(name, source_locale, target_locale, pairs, precision, calibrate, columns)
    reference = parse_reference(model)
    if reference is None:
        raise OperatorError(f"{model} is no owner/name of a hub: a folder is for `dragoman models convert`")
    _pull(reference, revision, choices, accept=accept_licence, json=json)


def _pull(reference: Reference, revision: str | None, choices: Choices, *, accept: bool, json: bool) -> None:
    settings = load()
    hub = Hub(settings.hub)
    listing = hub.look(reference, revision)
    size = f", {listing.total_bytes / _MEGABYTE:.0f} MB"
    accepted = _accepted(f"{reference} at {listing.commit[:12]}{size}", listing.licence, accept=accept)
    with bars() as progress:
        folder = hub.download(listing, lambda share: progress(str(reference), share))
    _show(_make(settings, downloaded(listing, folder), choices, accepted), json=json)


def _choices(
    name: str, source: str, target: str, pairs: str, precision: Precision | None, calibrate: Path | None, columns: str
) -> Choices:
    """Check what can be checked before anything is fetched."""
    if pairs and (source or target):
        raise OperatorError("give --pairs, or --source and --target, not both")
    if bool(source) != bool(target):
        raise OperatorError("--source and --target go together")
    for path in (calibrate, None if columns in {HEAD_ALL, HEAD_SCRIPTS} else Path(columns)):
        if path is not None and not path.is_file():
            raise OperatorError(f"there is no file {path}")
    directions = parse_directions(pairs or f"{source}:{target}") if pairs or source else ()
    return Choices(name, directions, precision, columns, calibrate)


def _accepted(what: str, licence: Licence, *, accept: bool) -> str:
    """Show whose weights these are under which licence, ask unless told, and return when it was accepted."""
    err.print(f"{what}\nLicence: {licence}", highlight=False, markup=False, soft_wrap=True)
    if not accept:
        if not somebody_is_here():
            raise OperatorError("nobody is here to accept this licence: read it, then give --accept-licence")
        if not typer.confirm("Do you accept it?", err=True):
            err.print("Not accepted: nothing was made.")
            raise typer.Exit(1)
    return artefacts.now()


def somebody_is_here() -> bool:
    """Whether a question can be answered."""
    return sys.stdin.isatty()


def _make(settings: Settings, source: Source, choices: Choices, accepted: str) -> Conversion:
    store = ModelStore(settings.pool.models_dir, device=settings.pool.device)
    with bars() as progress:
        return convert(store, source, choices, progress, accepted=accepted)


def _show(made: Conversion, *, json: bool) -> None:
    if json:
        head = made.head and {"columns": len(made.head.columns), "whole": made.head.whole, "outside": made.head.outside}
        print_json(
            {
                "model": msgspec.to_builtins(made.status),
                "head": head,
                "measured": msgspec.to_builtins(made.measured),
            }
        )
        return
    status = made.status
    out.print(
        f"{status.name}: {status.purpose}, {status.precision}, version {status.version}, "
        f"{status.bytes / _MEGABYTE:.0f} MB in {status.path}",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    if made.head:
        out.print(_head_line(made.head), highlight=False, soft_wrap=True)
    if made.measured:
        _table(made)


def _head_line(head: Head) -> str:
    share = f"; {head.outside:.2%} of the pieces of held-out lines are outside" if head.outside is not None else ""
    return f"output head: {len(head.columns):,} of {head.whole:,} pieces{share}"


def _table(made: Conversion) -> None:
    speed = {one.precision: one.sentences_per_cpu_second for one in made.measured}
    rows = [
        (
            one.precision.value,
            f"{one.chrf:.2f}",
            f"{one.equal:.1%}",
            f"{one.sentences_per_cpu_second:.1f}",
            f"{one.sentences_per_cpu_second / speed[Precision.ROW8]:.2f}",
        )
        for one in made.measured
    ]
    columns = ("precision", "chrF to fp32", "equal texts", "sentences per CPU second", "x row8")
    print_table(columns, rows, title=f"{made.measured[0].sentences} sentences that the scales were not found with")


def register(app: typer.Typer) -> None:
    """Add both commands to `dragoman models`."""
    app.command("convert")(convert_command)
    app.command("pull")(pull_command)
