"""Addresses: two URLs are one where only the reader's language differs in them."""

import re
from functools import lru_cache
from typing import Final

from localization.gate.case import Case
from localization.gate.lexicon import language_of

_SEPARATORS: Final = re.compile(r"(?<!:)[/._-]{2,}")


def same_for_readers(address: str, case: Case) -> str:
    """An address without the language of its readers: `/en-US/help` and `/fr/help` are one page, https is http."""
    languages = frozenset((language_of(case.source_locale), language_of(case.target_locale), "en"))
    bare = _languages(languages).sub("", address.replace("https://", "http://"))
    return _SEPARATORS.sub("/", bare).rstrip("/").casefold()


@lru_cache(maxsize=1024)
def _languages(languages: frozenset[str]) -> re.Pattern[str]:
    """A language's code, perhaps with a region or script, standing alone between separators."""
    return re.compile(rf"(?<=[/._=-])(?:{'|'.join(sorted(languages))})(?:[-_][A-Za-z]{{2,4}})?(?=[/._&?#-]|\Z)")
