"""`dragoman logistics`: what a carrier's code means, for one code or a file of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args

import msgspec
import typer
from msgspec import Struct

from cli.console import JsonFlag, print_json, print_table
from cli.lines import name_of, numbered_lines
from localization.logistics.carrier_codes import VOCABULARIES, Mapped, table, vocabulary_file, vocabulary_named
from localization.logistics.phrases import phrase, phrase_locale
from localization.logistics.status import canonical
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale
from schemas.outputs import CanonicalStatus

app = typer.Typer(help="Map carriers' status codes and show the curated phrases.", no_args_is_help=True)

VocabularyOption = Annotated[str | None, typer.Option("--vocabulary", "-v", help=f"One of {', '.join(VOCABULARIES)}.")]
CodeOption = Annotated[str | None, typer.Option("--code", "-c", help="The carrier's code, for example EMI.")]
SubCodeOption = Annotated[str | None, typer.Option("--sub-code", "-s", help="What refines the code, if anything does.")]
ClassifierOption = Annotated[str, typer.Option(help="ACT has happened; EST and PLN have not.")]
LocaleOption = Annotated[str | None, typer.Option("--locale", "-l", help="Add the phrase in this locale.")]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file", "-f", allow_dash=True, help="JSON lines with vocabulary, code and sub_code; - reads standard input."
    ),
]


class CodeLine(Struct, frozen=True, kw_only=True):
    """What is read of one line of `--file`; a code written as a number is taken as its digits."""

    vocabulary: str
    code: str | int | None = None
    sub_code: str | int | None = None
    classifier: str = "ACT"


@app.command("map")
def map_codes(
    vocabulary: VocabularyOption = None,
    code: CodeOption = None,
    sub_code: SubCodeOption = None,
    classifier: ClassifierOption = "ACT",
    locale: LocaleOption = None,
    file: FileOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what one code means, or add `status`, `sub_status` and `warnings` to every line of a file."""
    _check_locale(locale)
    if file is not None:
        if (vocabulary, code, sub_code) != (None, None, None):
            raise OperatorError("give either --file or --vocabulary with --code, not both")
        for answered in _answers(file, locale):
            typer.echo(answered)
        return
    if vocabulary is None or code is None:
        raise OperatorError("give --vocabulary and --code, or --file with JSON lines")
    name = vocabulary_named(vocabulary)
    if name is None:
        raise OperatorError(f"unknown vocabulary {vocabulary!r}: use one of {', '.join(VOCABULARIES)}")
    asked = {"vocabulary": name, "code": code, "sub_code": sub_code}
    answer = asked | _answer(canonical(name, code, sub_code, classifier), locale)
    if as_json:
        print_json(answer)
    else:
        print_table(("", ""), _rows(answer))


@app.command("vocabularies")
def vocabularies(as_json: JsonFlag = False) -> None:
    """List the vocabularies and how many codes and sub codes each knows."""
    files = {name: vocabulary_file(name) for name in VOCABULARIES}
    rows = [
        {
            "vocabulary": name,
            "title": table(name).title,
            "codes": len(file.codes),
            "sub_codes": sum(map(len, file.sub_codes.values())),
        }
        for name, file in files.items()
    ]
    if as_json:
        print_json(rows)
    else:
        print_table(("vocabulary", "title", "codes", "sub codes"), [tuple(row.values()) for row in rows])


@app.command("phrases")
def phrases(
    locale: Annotated[str, typer.Option("--locale", "-l", help="The reader's locale, for example pt-BR.")],
    as_json: JsonFlag = False,
) -> None:
    """Show the curated words for every status in one locale."""
    _check_locale(locale)
    rows = [{"status": status} | msgspec.to_builtins(phrase(status, locale)) for status in get_args(CanonicalStatus)]
    if as_json:
        print_json(rows)
        return
    columns = ("status", "severity", "headline", "explanation", "action")
    title = f"{locale}: shown in {phrase_locale(locale)[0]}"
    print_table(columns, [[row[column] or "" for column in columns] for row in rows], title=title)


def _answers(file: Path, locale: str | None) -> Iterator[bytes]:
    for number, line in numbered_lines(file):
        try:
            asked = msgspec.json.decode(line, type=CodeLine)
            whole = msgspec.json.decode(line, type=dict[str, msgspec.Raw])  # what is not ours stays as it was written
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OperatorError(f"{name_of(file)} line {number}: {error}") from error
        mapped = canonical(asked.vocabulary, _text(asked.code), _text(asked.sub_code), asked.classifier)
        yield msgspec.json.encode(whole | _answer(mapped, locale))


def _text(code: str | int | None) -> str | None:
    return None if code is None else str(code)


def _answer(mapped: Mapped, locale: str | None) -> dict[str, Any]:
    answer: dict[str, Any] = msgspec.to_builtins(mapped)
    if locale is not None:
        answer["phrase"] = msgspec.to_builtins(phrase(mapped.status, locale))
    return answer


def _rows(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Show what says something, the phrase's own lines after the code's."""
    for key, value in answer.items():
        if key == "phrase":
            yield from (("phrase " + inner, text) for inner, text in _rows(value))
        elif value not in (None, (), []):
            yield key, ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def _check_locale(locale: str | None) -> None:
    try:
        if locale is not None:
            phrase_locale(locale)
    except UnknownLocale as error:
        raise OperatorError(f"{error}: use a tag such as pt-BR") from error
