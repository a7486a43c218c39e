"""The directions of a model: how it is told the language of a text and that of its translation."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from inference.library.catalog import Direction, Kind
from inference.models import Pair
from inference.tokenizers.json_tokenizer import JsonTokenizer
from inference.tokenizers.language_codes import LISTS, code_for
from inference.tokenizers.sentence_piece import Framed, VocabularyTokenizer, read_vocabulary
from schemas.errors import OperatorError
from schemas.locales import UnknownLocale, parse_locale

LANGUAGES: Final = "languages.json"
_EOS, _PAD, _UNKNOWN = "</s>", "<pad>", "<unk>"
# opus-mt's mark before a text, `>>deu<<`; M2M100's, `__de__`.
_OPUS_MARK: Final = re.compile(r">>(.+)<<")
_M2M100_MARK: Final = re.compile(r"__(.+)__")
_NLLB_CODE: Final = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}")
_NAMED: Final = (
    re.compile(r"opus-mt-(?:tc-(?:tiny|base|big)-)?([a-z]{2,3})[-_]([a-z]{2,3})$"),
    # Firefox: model.ende.intgemm.alphas.bin, and folders named ende.
    re.compile(r"(?:^|\.)([a-z]{2})([a-z]{2})(?:\.|$)"),
)


def parse_directions(text: str) -> tuple[Direction, ...]:
    """Read `en:de,de:en`; `pt-BR=pob` gives the model's own code. Raises OperatorError."""
    found = []
    for pair in text.split(","):
        sides = [side.partition("=") for side in pair.strip().split(":")]
        if len(sides) != 2 or not all(side[0] for side in sides):
            raise OperatorError(f"{pair!r} is no pair: write source:target, as in en:de,en:pt-BR")
        try:
            source, target = (str(parse_locale(side[0].strip())) for side in sides)
        except UnknownLocale as error:
            raise OperatorError(f"pair {pair!r}: {error}") from error
        found.append(Direction(source, target, sides[0][2].strip(), sides[1][2].strip()))
    if len({(one.source, one.target) for one in found}) < len(found):
        raise OperatorError(f"a pair stands twice in {text!r}")
    return tuple(found)


def named_direction(names: Iterable[str]) -> Direction | None:
    """Return the direction that the first telling name tells: `opus-mt-en-de`, `model.ende.intgemm.alphas.bin`."""
    for name in names:
        for form in _NAMED:
            found = form.search(name)
            try:
                if found and (pair := [str(parse_locale(part)) for part in found.groups()])[0] != pair[1]:
                    return Direction(*pair)
            except UnknownLocale:
                continue
    return None


def resolve(
    kind: Kind, files: Mapping[str, Path], wanted: Sequence[Direction], names: Sequence[str]
) -> tuple[Direction, ...]:
    """Return the directions with the model's codes filled in.

    `files` by role, as in a layout; `names`: of the model and its files, asked when no pair is given. Raises
    OperatorError when the pairs cannot be told, or a language is none of the model's.
    """
    codes = model_codes(kind, files)
    if not wanted and codes:
        raise OperatorError(
            f"the model has {len(codes)} languages: choose with --pairs en:de,en:fr (or --source, --target)"
        )
    if not wanted:
        guess = named_direction(names)
        if guess is None:
            raise OperatorError("what this model translates cannot be told from its name: give --source and --target")
        wanted = (guess,)
    if not codes and len(wanted) > 1:
        raise OperatorError("a model of one direction serves one pair: give one --source and one --target")
    reads_code = kind in {Kind.M2M100, Kind.NLLB}
    return tuple(
        Direction(
            one.source,
            one.target,
            _coded(one.source, one.reads, codes) if reads_code else "",
            _coded(one.target, one.writes, codes) if codes else "",
        )
        for one in wanted
    )


def model_codes(kind: Kind, files: Mapping[str, Path]) -> dict[str, int]:
    """Return the ids of the marks by which a model is told a language; empty for models of one direction."""
    if kind is Kind.MARIAN:
        return _marks(read_vocabulary(files["vocabulary"]), _OPUS_MARK)
    if kind is Kind.M2M100:
        return _m2m100_codes(files)
    if kind is Kind.NLLB:
        added = _read(files["tokenizer"]).get("added_tokens") or []
        return {token["content"]: token["id"] for token in added if _NLLB_CODE.fullmatch(token["content"])}
    return {}


def open_pairs(kind: Kind, files: Mapping[str, Path], directions: Sequence[Direction]) -> tuple[Pair, ...]:
    """Return the pairs of an attention model; one tokenizer serves them all, each source with a frame of its own."""
    codes = model_codes(kind, files)
    if kind is Kind.NLLB:
        return _nllb_pairs(files, directions, codes)
    vocabulary = read_vocabulary(files["vocabulary"])
    eos = _id(vocabulary, _EOS)
    target_vocabulary = read_vocabulary(files["target_vocabulary"]) if "target_vocabulary" in files else None
    tokenizer = VocabularyTokenizer(
        files["source" if kind is Kind.MARIAN else "pieces"],
        vocabulary,
        unknown=_UNKNOWN,
        silent={eos, _id(vocabulary, _PAD), *codes.values()},
        target_path=files.get("target"),
        target_vocabulary=target_vocabulary,
    )
    if kind is Kind.MARIAN:
        marks = {one: [codes[one.writes]] if one.writes else [] for one in directions}
        return tuple(Pair(one.source, one.target, Framed(tokenizer, marks[one], [eos])) for one in directions)
    framed = {code: Framed(tokenizer, [codes[code]], [eos]) for code in {one.reads for one in directions}}
    return tuple(Pair(one.source, one.target, framed[one.reads], codes[one.writes]) for one in directions)


def _nllb_pairs(
    files: Mapping[str, Path], directions: Sequence[Direction], codes: Mapping[str, int]
) -> tuple[Pair, ...]:
    tokenizer = JsonTokenizer(files["tokenizer"], before=(), after=())
    eos = tokenizer.id_of(_EOS)
    # Checkpoints of before 2023 ask for the source's mark behind the text.
    behind = "tokenizer_config" in files and _read(files["tokenizer_config"]).get("legacy_behaviour") is True
    framed = {}
    for code in {one.reads for one in directions}:
        mark = codes[code]
        framed[code] = Framed(tokenizer, [], [eos, mark]) if behind else Framed(tokenizer, [mark], [eos])
    return tuple(Pair(one.source, one.target, framed[one.reads], codes[one.writes]) for one in directions)


def _coded(locale: str, given: str, codes: Mapping[str, int]) -> str:
    if not given:
        return code_for(locale, codes)
    if given not in codes:
        near = ", ".join(code for code in codes if code[:2] == given[:2]) or ", ".join(list(codes)[:10])
        raise OperatorError(f"the model has no language code {given!r}; it has {near}")
    return given


def _m2m100_codes(files: Mapping[str, Path]) -> dict[str, int]:
    """The marks have ids of their own, or follow the vocabulary in the order that the folder lists or names."""
    if "added_tokens" in files and (found := _marks(_read(files["added_tokens"]), _M2M100_MARK)):
        return found
    first = len(read_vocabulary(files["vocabulary"]))
    listed: list[str] = []
    if "special_tokens" in files:
        tokens = _read(files["special_tokens"]).get("additional_special_tokens") or []
        listed = [match[1] for token in tokens if (match := _M2M100_MARK.fullmatch(str(token)))]
    if not listed:
        config = _read(files["tokenizer_config"]) if "tokenizer_config" in files else {}
        listed = LISTS.get(str(config.get("language_codes", "m2m100")), "").split()
    if not listed:
        raise OperatorError("the folder does not tell the model's languages: special_tokens_map.json is missing")
    return {code: first + place for place, code in enumerate(listed)}


def _marks(vocabulary: Mapping[str, Any], form: re.Pattern[str]) -> dict[str, int]:
    return {match[1]: int(number) for piece, number in vocabulary.items() if (match := form.fullmatch(piece))}


def _id(vocabulary: Mapping[str, int], token: str) -> int:
    if token not in vocabulary:
        raise OperatorError(f"the vocabulary has no {token}: it belongs to another model")
    return vocabulary[token]


def _read(path: Path) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(path.read_bytes())
    except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise OperatorError(f"{path.name} cannot be read ({error})") from error
    return found if isinstance(found, dict) else {}
