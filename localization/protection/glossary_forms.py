"""Forms: under which other spellings a glossary term may stand in a text, where a language's rule for that is safe."""

import re
from typing import Final

# Ending -> what a plural puts in its place, the longest ending first; only rules whose product is no other word in
# practice. German and Dutch get their weak endings; what changes inside (Haus, Häuser) is listed in the file.
_PLURALS: Final[dict[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "en": (
        ("sh", ("shes",)),
        ("ch", ("ches",)),
        ("s", ("ses",)),
        ("x", ("xes",)),
        ("z", ("zzes", "zes")),
        ("fe", ("ves",)),
        ("lf", ("lves",)),
        ("ay", ("ays",)),
        ("ey", ("eys",)),
        ("oy", ("oys",)),
        ("uy", ("uys",)),
        ("y", ("ies",)),
        ("o", ("os", "oes")),
        ("", ("s",)),
    ),
    "pt": (
        ("ão", ("ões", "ãos", "ães")),
        ("m", ("ns",)),
        ("al", ("ais",)),
        ("el", ("éis", "eis")),
        ("ol", ("óis",)),
        ("ul", ("uis",)),
        ("il", ("is", "eis")),
        ("r", ("res",)),
        ("z", ("zes",)),
        ("s", ("ses",)),
        ("", ("s",)),
    ),
    "es": (("z", ("ces",)), ("ón", ("ones",)), ("í", ("íes", "ís")), ("s", ("ses",)), ("", ("s", "es"))),
    "fr": (("eau", ("eaux",)), ("al", ("aux", "als")), ("eu", ("eux",)), ("", ("s",))),
    "it": (("co", ("chi", "ci")), ("go", ("ghi", "gi")), ("ca", ("che",)), ("ga", ("ghe",)), ("io", ("i",))),
    "de": (("", ("e", "n", "en", "s", "es")),),
    "nl": (("", ("s", "en")),),
    "ca": (("a", ("es",)), ("", ("s",))),
}
_VOWELS: Final[dict[str, tuple[tuple[str, str], ...]]] = {"it": (("o", "i"), ("a", "e"), ("e", "i"))}
_LETTERS: Final = re.compile(r"[^\W\d_]{3,}\Z")
# In Romance compounds the first noun takes the plural: "cartões de presente", "cartões presente".
_HEAD_FIRST: Final = frozenset(("pt", "es", "fr", "it", "ca"))

_BY_NUMBER: Final = _HEAD_FIRST | {"en"}


def forms_of(term: str, language: str) -> tuple[str, ...]:
    """Return the plurals of a term in an ISO 639 language: none where its rules are not safe to apply.

    The last word takes them; in Romance languages also the first, and all words together ("capas pretas").
    """
    words = term.split(" ")
    if language not in _PLURALS or not all(map(_LETTERS.search, words[:1] + words[-1:])):
        return ()
    forms = [[*words[:-1], last] for last in _plurals(words[-1], language)]
    if language in _HEAD_FIRST and len(words) > 1:
        for first in _plurals(words[0], language):
            forms.append([first, *words[1:]])
            forms.extend([first, *words[1:-1], last] for last in _plurals(words[-1], language))
    return tuple(" ".join(form) for form in forms)


def plural_of(translation: str, language: str) -> str:
    """Return the plural of a fixed translation where one rule gives it, else the translation as it is.

    Romance names of two words are left: their adjective agrees, their second noun does not, and no rule tells them
    apart. So are words in s and x, many of which have no plural of their own.
    """
    words = translation.split(" ")
    if language not in _BY_NUMBER or (language != "en" and len(words) > 1) or words[-1].endswith(("s", "x")):
        return translation
    plurals = _plurals(words[-1], language)
    return " ".join((*words[:-1], plurals[0])) if plurals else translation


def is_plural_only(language: str) -> bool:
    """Whether all that `forms_of` makes in a language are plurals; in others it makes cases too."""
    return language in _BY_NUMBER


def _plurals(word: str, language: str) -> tuple[str, ...]:
    if _LETTERS.search(word) is None:
        return ()
    for ending, plurals in _PLURALS[language]:
        if word.endswith(ending):
            stem = word[: len(word) - len(ending)]
            return tuple(stem + plural for plural in plurals)
    return tuple(word[:-1] + plural for vowel, plural in _VOWELS.get(language, ()) if word.endswith(vowel))
