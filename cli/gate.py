"""`dragoman gate`: which translations may be shown, and what each of the others breaks."""

import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import orjson
import typer
from msgspec import Struct

from cli.console import JsonFlag, bars, err, out, print_table
from cli.gate_cases import BadCase, read_case
from cli.lines import name_of, numbered_lines
from localization.gate.case import Case
from localization.gate.judge import judge
from schemas.errors import OperatorError

SHOWN: Final = 10  # refused cases in the table; --json has them all
CHARS_MAX: Final = 100

FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        allow_dash=True,
        help="JSON lines with source, translation, source_locale and target_locale; perhaps field, format (text, html),"
        " protected, glossary, rating. What else a line holds is passed through. - reads standard input.",
    ),
]
SourceOption = Annotated[str | None, typer.Option("--source", help="One case: the text that was translated.")]
TranslationOption = Annotated[str | None, typer.Option("--translation", help="What is to be shown for it.")]
FromOption = Annotated[str | None, typer.Option("--from", help="The source's locale, for example en.")]
ToOption = Annotated[str | None, typer.Option("--to", help="The reader's locale, for example pt-BR.")]
FieldOption = Annotated[str | None, typer.Option("--field", help="What the text is: title, text, review, ...")]
FormatOption = Annotated[str | None, typer.Option("--format", help="text or html.")]
ProtectedOption = Annotated[
    list[str] | None, typer.Option("--protected", help="A term that must come through as written; repeatable.")
]
TermOption = Annotated[
    list[str] | None, typer.Option("--term", help="A fixed translation, TERM=TRANSLATION; repeatable.")
]
RatingOption = Annotated[int | None, typer.Option("--rating", help="A review's stars, 1 to 5.")]
KeepGoing = Annotated[
    bool, typer.Option("--keep-going", help="Answer a line that is no case with its error and go on; exit code 2.")
]


class _Answer(Struct, frozen=True):
    """A line, the case in it or why there is none, and the reasons against its translation."""

    line: dict[str, Any]
    case: Case | None
    reasons: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        if self.case is None:
            return self.line
        return self.line | {"accepted": not self.reasons, "reasons": list(self.reasons)}


def command(
    file: FileOption = None,
    source: SourceOption = None,
    translation: TranslationOption = None,
    source_locale: FromOption = None,
    target_locale: ToOption = None,
    field: FieldOption = None,
    format: FormatOption = None,  # noqa: A002 - the option's name is the case's key
    protected: ProtectedOption = None,
    term: TermOption = None,
    rating: RatingOption = None,
    keep_going: KeepGoing = False,
    as_json: JsonFlag = False,
) -> None:
    """Judge translations by the laws of the gate: whether each may be shown, and every law that it breaks.

    A refused translation is an answer, no error: the exit code is 0. A line that is no case ends the run with its
    number and exit code 2. A line's `expected` (true: to be accepted) is compared with the answers.
    """
    given = {
        "source": source,
        "translation": translation,
        "source_locale": source_locale,
        "target_locale": target_locale,
        "field": field,
        "format": format,
        "protected": protected,
        "glossary": None if term is None else dict(map(_pair, term)),
        "rating": rating,
    }
    single = {key: value for key, value in given.items() if value is not None}
    if (file is not None) == bool(single):
        raise OperatorError("give either --file with JSON lines, or --source, --translation, --from and --to")
    lines = _one(single) if file is None else _lines(file)
    answers = _answers(lines, keep_going=keep_going)
    bad = _print_lines(answers) if as_json else _print_tables(answers)
    if bad:
        raise OperatorError(f"{bad} lines are no cases")


def _pair(text: str) -> tuple[str, str]:
    term, equals, fixed = text.partition("=")
    if not equals or not term.strip() or not fixed.strip():
        raise OperatorError(f"--term {text!r}: write TERM=TRANSLATION")
    return term.strip(), fixed.strip()


_Line = tuple[str, bytes | dict[str, Any]]


def _one(single: dict[str, Any]) -> Iterator[_Line]:
    yield "the case", single


def _lines(file: Path) -> Iterator[_Line]:
    """The lines that hold something, each with what to call it in an error."""
    return ((f"{name_of(file)} line {number}", line) for number, line in numbered_lines(file))


def _answers(lines: Iterator[_Line], *, keep_going: bool) -> Iterator[_Answer]:
    for where, line in lines:
        try:
            said = line if isinstance(line, dict) else _object(line)
            case = read_case(said)
        except BadCase as error:
            if not keep_going:
                raise OperatorError(f"{where}: {error}") from error
            yield _Answer({"where": where, "error": str(error)}, None)
            continue
        yield _Answer(said, case, tuple(str(reason) for reason in judge(case)))


def _object(line: bytes) -> dict[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCase(f"no JSON object: {error}") from error


def _print_lines(answers: Iterator[_Answer]) -> int:
    bad = 0
    for answer in answers:
        bad += answer.case is None
        sys.stdout.buffer.write(orjson.dumps(answer.document()) + b"\n")
    sys.stdout.buffer.flush()
    return bad


def _print_tables(answers: Iterator[_Answer]) -> int:
    judged: list[_Answer] = []
    bad, began = 0, time.process_time()
    with bars() as tell:
        for answer in answers:
            if answer.case is None:
                bad += 1
                err.print(f"{answer.line['where']}: {answer.line['error']}", markup=False, highlight=False)
            else:
                judged.append(answer)
            tell(f"{len(judged)} judged", 0.0) if len(judged) % 1000 == 0 else None
    spent = max(time.process_time() - began, 1e-6)
    refused = [answer for answer in judged if answer.reasons]
    counts = Counter(reason for answer in refused for reason in answer.reasons)
    if refused:
        share = [(reason, times, f"{times / len(judged):.2%}") for reason, times in counts.most_common()]
        print_table(("broken law", "cases", "of all"), share)
        rows = [(_name(one), ", ".join(one.reasons), _cut(one.case), _cut(one.case, shown=True)) for one in refused]
        print_table(("case", "reasons", "source", "translation"), rows[:SHOWN], title=_title(len(refused)))
    out.print(
        f"{len(judged):,} judged, {len(refused):,} refused, {len(judged) / spent:,.0f} a second of processor time"
    )
    _compare(judged)
    return bad


def _title(refused: int) -> str:
    return "refused" if refused <= SHOWN else f"the first {SHOWN} of {refused:,} refused; --json prints them all"


def _name(answer: _Answer) -> str:
    return str(answer.line.get("id", ""))


def _cut(case: Case | None, *, shown: bool = False) -> str:
    text = "" if case is None else (case.translation if shown else case.source)
    return (text if len(text) <= CHARS_MAX else text[:CHARS_MAX] + "…").replace("[", r"\[")


def _compare(judged: list[_Answer]) -> None:
    """Say how the answers agree with what the lines expect, where they do."""
    expected = [(one.line["expected"], not one.reasons) for one in judged if isinstance(one.line.get("expected"), bool)]
    if not expected:
        return
    faults = [accepted for sound, accepted in expected if not sound]
    sound = [accepted for sound, accepted in expected if sound]
    out.print(
        f"expected: {faults.count(False):,} of {len(faults):,} faults refused,"
        f" {sound.count(False):,} of {len(sound):,} sound ones refused"
    )
