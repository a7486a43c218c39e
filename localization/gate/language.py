"""Language: the translation is in the language its readers asked for."""

from typing import Final

from localization.detection.identify import identify
from localization.gate.case import Case
from localization.gate.lexicon import JOINED, function_words, language_of, speakers
from localization.gate.prose import words
from localization.gate.protected import without_names

# A text is judged from this many letters on, and only on the detector's word of this certainty.
_LETTERS_MIN: Final = 24
_WORDS_MIN: Final = 4
_SURE: Final = 0.9
# One function word in so many shows the language; a text full of names has fewer.
_WORDS_PER_FUNCTION: Final = 6
# Languages share function words: a text may hold nearly as many of another language as of its own.
_RIVAL_SHARE: Final = 0.8
# Languages that detectors take for one another.
_ALIKE: Final = (
    frozenset(("nb", "no", "nn", "da", "sv")),
    frozenset(("id", "ms", "jv", "su")),
    frozenset(("cs", "sk")),
    frozenset(("hr", "sr", "bs", "sl", "sh")),
    frozenset(("pt", "gl")),
    frozenset(("es", "gl", "ast", "ca", "an")),
    frozenset(("ru", "be", "bg", "uk", "mk")),
    frozenset(("hi", "mr", "ne", "sa", "bh", "mai")),
    frozenset(("tr", "az", "crh")),
    frozenset(("nl", "af", "li", "fy")),
    frozenset(("zh", "yue", "wuu", "gan", "lzh")),
    frozenset(("de", "lb", "nds", "als")),
    frozenset(("ar", "arz", "fa")),
    frozenset(("fi", "et")),
    frozenset(("it", "co", "sc", "lmo", "scn")),
    frozenset(("fr", "oc", "wa", "frp")),
)


def misses_language(case: Case) -> bool:
    """Whether a text long enough to tell is surely in another language than the target's, or in two."""
    target = language_of(case.target_locale)
    if target in JOINED:
        return False  # their scripts tell
    said = words(case.translation)
    if len(said) < _WORDS_MIN:
        return False
    known = speakers()
    shown = sum(map(function_words(target).__contains__, said))
    # However the rest is shared out, no other language can have more of it.
    if shown * _WORDS_PER_FUNCTION >= len(said) and shown >= _RIVAL_SHARE * sum(map(known.__contains__, said)):
        return False
    votes: dict[str, int] = {}
    for word in said:
        for language in known.get(word, ()):
            votes[language] = votes.get(language, 0) + 1
    if shown * _WORDS_PER_FUNCTION >= len(said) and shown >= _RIVAL_SHARE * max(votes.values()):
        return False
    return _is_other(case, target)


def _is_other(case: Case, target: str) -> bool:
    """What the source says too, a name say, is of no language."""
    known = set(words(case.source))
    telling = " ".join(word for word in words(without_names(case.translation, case.protected)) if word not in known)
    if sum(map(str.isalpha, telling)) < _LETTERS_MIN:
        return False
    found = identify(telling)
    if found.language is None or found.probability < _SURE or found.language == target:
        return False
    return not any(found.language in alike and target in alike for alike in _ALIKE)
