"""`dragoman detect`: which of the locales served a text is in, for a few texts or a file of them."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Final

import msgspec
import typer

from cli.console import JsonFlag, print_json, print_table
from cli.lines import name_of, numbered_lines
from localization.detection.detector import Detector, Guess
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale
from schemas.reasons import Warn
from schemas.settings import load

TextsArgument = Annotated[list[str] | None, typer.Argument(help="Texts, each a case of its own.", show_default=False)]
FileOption = Annotated[
    Path | None,
    typer.Option(
        "--file",
        "-f",
        allow_dash=True,
        help="JSON lines with `text`, `texts`, or `title` and `body`, and `locales` of its own; what else"
        " a line holds is passed through. - reads standard input.",
    ),
]
LocalesOption = Annotated[
    str | None, typer.Option("--locales", "-l", help="Served locales, joined by commas. Default: the settings'.")
]
# What a line may call its texts, in the order they are read in.
_NAMES: Final = ("text", "title", "body", "description")


def command(
    texts: TextsArgument = None, file: FileOption = None, locales: LocalesOption = None, as_json: JsonFlag = False
) -> None:
    """Say which of the locales served each text is in, and which language it is in at all.

    No locale is named where nobody can say: the confidence is below the setting `localization.detect_confidence`, or
    the text is in a language that is not served. The confidence is that of the best locale served.
    """
    if bool(texts) == (file is not None):
        raise OperatorError("give either texts or --file with JSON lines")
    settings = load().localization
    served = settings.locales if locales is None else _known(locales.split(","), "--locales")
    cases = _cases(file) if file is not None else (({"text": text}, (text,), None) for text in texts or ())
    answers = (
        said | _answer(_detector(own or served).guess(found), settings.detect_confidence) for said, found, own in cases
    )
    if as_json:
        for answer in answers:
            print_json(answer)
    else:
        print_table(
            ("text", "locale", "confidence", "language", "script", "notes"), [_row(answer) for answer in answers]
        )


_Case = tuple[dict[str, Any], tuple[str, ...], tuple[str, ...] | None]


def _cases(file: Path) -> Iterator[_Case]:
    """Read what a line says, its texts, and the locales it names for itself."""
    for number, line in numbered_lines(file):
        where = f"{name_of(file)} line {number}"
        try:
            said = msgspec.json.decode(line, type=dict[str, Any])
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise OperatorError(f"{where}: {error}") from error
        yield said, _texts(said, where), _own_locales(said, where)


def _texts(said: dict[str, Any], where: str) -> tuple[str, ...]:
    many = said.get("texts")
    if many is None:
        many = [said[name] for name in _NAMES if said.get(name) is not None]
        if not many and not any(name in said for name in _NAMES):
            raise OperatorError(f"{where}: needs `text`, `texts`, or `title` and `body`")
    if not isinstance(many, list) or not all(isinstance(text, str) for text in many):
        raise OperatorError(f"{where}: `texts` must be a list of strings, and `text`, `title` and `body` strings")
    return tuple(many)


def _own_locales(said: dict[str, Any], where: str) -> tuple[str, ...] | None:
    own = said.get("locales")
    if own is None:
        return None
    tags = own.split(",") if isinstance(own, str) else own
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        raise OperatorError(f"{where}: `locales` must be a list of tags")
    return _known(tags, f"{where}: locales")


def _known(tags: list[str], where: str) -> tuple[str, ...]:
    """Check tags and keep them as they are written: an answer is compared with what was asked for."""
    kept = tuple(dict.fromkeys(tag.strip() for tag in tags if tag.strip()))
    if not kept:
        raise OperatorError(f"{where}: name at least one locale, such as en,pt-BR")
    for tag in kept:
        try:
            parse_locale(tag)
        except UnknownLocale as error:
            raise OperatorError(f"{where}: {error}") from error
    return kept


@lru_cache(maxsize=256)
def _detector(locales: tuple[str, ...]) -> Detector:
    return Detector(locales)


def _answer(guess: Guess, confidence_min: float) -> dict[str, Any]:
    sure = guess.locale is not None and guess.probability >= confidence_min
    return {
        "locale": guess.locale if sure else None,
        "language": guess.language,
        "confidence": round(guess.probability, 4),
        "language_confidence": round(guess.language_probability, 4),
        "mixed": guess.mixed,
        "script": guess.script,
        "region": guess.region,
        "warnings": [*([] if sure else [Warn.LANGUAGE_UNCERTAIN.value]), *guess.warnings],
        "candidates": [{"locale": one.locale, "confidence": one.probability} for one in guess.candidates],
    }


def _row(answer: dict[str, Any]) -> tuple[str, ...]:
    shown = " ".join(answer.get(name) or "" for name in _NAMES) or " ".join(answer.get("texts") or ())
    notes = (["mixed"] if answer["mixed"] else []) + ([f"region {answer['region']}"] if answer["region"] else [])
    confidence = f"{answer['confidence']:.2f}"
    return (
        " ".join(shown.split())[:60],
        answer["locale"] or "uncertain",
        confidence,
        answer["language"] or "",
        answer["script"] or "",
        ", ".join(notes),
    )
