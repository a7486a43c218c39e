"""`dragoman glossary`: what a file of fixed translations holds, what is wrong with it, and what it would match."""

from collections import Counter
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.console import JsonFlag, err, print_json, print_table
from localization.protection.glossary import Entry, Glossary
from localization.protection.glossary_file import Reading, read_glossary
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale

app = typer.Typer(help="Check a file of fixed translations, and see what it matches.", no_args_is_help=True)
app.callback()(lambda: None)  # with one command alone, Typer would take its name away

FileArgument = Annotated[Path, typer.Argument(help="CSV or TSV in UTF-8, as docs/localization.md says.")]
TextOption = Annotated[str | None, typer.Option("--text", help="Show what would match in this text.")]
FromOption = Annotated[str | None, typer.Option("--from", help="The text's locale, for example en.")]
ToOption = Annotated[str | None, typer.Option("--to", help="The reader's locale, for example pt-BR.")]


@app.command("check")
def check(
    file: FileArgument,
    text: TextOption = None,
    source: FromOption = None,
    target: ToOption = None,
    as_json: JsonFlag = False,
) -> None:
    """List the entries a pair of locales, and every fault with its line; a file with faults ends in exit code 2."""
    given = (text, source, target)
    if None in given and any(given):
        raise OperatorError("give --text, --from and --to together")
    reading = read_glossary(file)
    hits = [] if text is None else _matched(reading, text, _locale(source), _locale(target))
    if as_json:
        print_json(_document(file, reading, hits, asked=text is not None))
    elif text is None:
        _show(file, reading)
    else:
        print_table(("in the text", "shown", "entry", "line"), [tuple(hit.values()) for hit in hits], title=text)
    if reading.problems:
        if not as_json:
            for problem in reading.problems:
                err.print(f"line {problem.line}: {problem.fault}", markup=False, highlight=False)
        raise OperatorError(f"glossary {file}: {len(reading.problems)} of its lines cannot be used")


def _locale(tag: str | None) -> str:
    try:
        return str(parse_locale(tag or ""))
    except UnknownLocale as error:
        raise OperatorError(str(error)) from error


def _matched(reading: Reading, text: str, source: str, target: str) -> list[dict[str, Any]]:
    found = Glossary(reading.entries).for_pair(source, target).find(text)
    return [
        {
            "found": text[hit.start : hit.end],
            "translation": hit.translation,
            "term": hit.entry.term,
            "line": hit.entry.line,
        }
        for hit in found
    ]


def _show(file: Path, reading: Reading) -> None:
    rows = [(*_pair(one), one.term, one.translation, _remarks(one), one.line) for one in _ordered(reading.entries)]
    print_table(("from", "to", "term", "translation", "", "line"), rows, title=f"{file}: {len(rows)} entries")
    counted = Counter(map(_pair, reading.entries))
    kept = Counter(_pair(one) for one in reading.entries if one.untranslated)
    print_table(
        ("from", "to", "entries", "not translated"), [(*pair, n, kept[pair]) for pair, n in sorted(counted.items())]
    )


def _pair(entry: Entry) -> tuple[str, str]:
    return entry.source_locale, entry.target_locale


def _ordered(entries: tuple[Entry, ...]) -> list[Entry]:
    return sorted(entries, key=lambda entry: (*_pair(entry), entry.term.casefold()))


def _remarks(entry: Entry) -> str:
    remarks = ["as it is"] if entry.untranslated else []
    remarks += ["case"] if entry.case_sensitive else []
    return ", ".join([*remarks, *(form for form, _ in entry.forms)])


def _document(file: Path, reading: Reading, hits: list[dict[str, Any]], *, asked: bool) -> dict[str, Any]:
    document: dict[str, Any] = {
        "file": str(file),
        "version": Glossary(reading.entries).version,
        "entries": [
            {
                "source_locale": one.source_locale,
                "target_locale": one.target_locale,
                "term": one.term,
                "translation": one.translation,
                "case_sensitive": one.case_sensitive,
                "forms": dict(one.forms),
                "line": one.line,
            }
            for one in reading.entries
        ],
        "problems": [{"line": one.line, "fault": one.fault} for one in reading.problems],
    }
    return document | ({"matches": hits} if asked else {})
