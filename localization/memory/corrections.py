"""Corrections: what people said a text must read as, all of it at hand, and always right."""

from datetime import datetime
from functools import lru_cache

from msgspec import Struct, field

from localization.memory.forms import filled, form_of, template
from localization.text.clean import clean
from schemas.locales import parse_locale, written_in
from schemas.outputs import Correction

# Later wins; of one moment, withdrawing wins, then the text that sorts last: every worker decides alike.
_Rank = tuple[datetime, bool, str]


class _Text(Struct, frozen=True):
    """The newest word on one text. `form` is its form's text, `shape` the correction with slots, where it has any."""

    said: Correction
    rank: _Rank
    form: str
    shape: str | None

    @property
    def shown(self) -> str | None:
        """What the text must read as."""
        return self.said.correction


class _Pair(Struct):
    """The corrections between two languages, by text, and the texts of each form that have slots."""

    texts: dict[str, _Text] = field(default_factory=dict)
    forms: dict[str, set[str]] = field(default_factory=dict)


class Corrections:
    """What is in force. Corrections may come in any order, and twice: the newest word on a text counts, by `at`.

    A producer may call a language `pt` or `pt-BR`: sources are told apart by language and script only. One event loop
    owns it.
    """

    def __init__(self) -> None:
        self._pairs: dict[tuple[str, str], _Pair] = {}
        self._in_force = 0

    def __len__(self) -> int:
        return self._in_force

    def take(self, correction: Correction) -> None:
        """Take one correction, or the withdrawal of one, unless something newer is known."""
        text = filed(correction.source_text)
        shown = correction.correction
        rank = correction.at, shown is None, shown or ""
        pair = self._pairs.setdefault((spoken(correction.source_locale), correction.locale), _Pair())
        known = pair.texts.get(text)
        if known is not None and known.rank >= rank:
            return
        form = form_of(text, correction.source_locale, correction.locale)
        shape = None
        if shown is not None and form.numbers:
            shape = template(form, shown, correction.source_locale, correction.locale)
        if known is not None:
            self._unfile(pair, text, known)
        pair.texts[text] = _Text(correction, rank, form.text, shape)
        self._in_force += shown is not None
        if shape is not None:
            pair.forms.setdefault(form.text, set()).add(text)

    def _unfile(self, pair: _Pair, text: str, known: _Text) -> None:
        """Forget what was the newest word until now."""
        self._in_force -= known.shown is not None
        if known.shape is not None:
            pair.forms[known.form].discard(text)
            if not pair.forms[known.form]:
                del pair.forms[known.form]

    def find(self, source_locale: str, target_locale: str, text: str) -> str | None:
        """Return what a cleaned text must read as, or None; other numbers than the corrected text's are put in."""
        if not self._pairs:
            return None
        found = self.said(source_locale, target_locale, text)
        return None if found is None else found[0]

    def said(self, source_locale: str, target_locale: str, text: str) -> tuple[str, Correction] | None:
        """Return what a cleaned text must read as, and the correction that says so."""
        pair = self._pairs.get((spoken(source_locale), target_locale))
        if pair is None:
            return None
        own = pair.texts.get(text)
        if own is not None and own.shown is not None:
            return own.shown, own.said
        if not pair.forms:
            return None
        form = form_of(text, source_locale, target_locale)
        same = [pair.texts[other] for other in pair.forms.get(form.text, ())]
        newest = max(same, key=lambda one: one.rank, default=None)
        if newest is None or newest.shape is None or (own is not None and own.rank > newest.rank):
            return None  # withdrawn for this very text, after it was said of another
        return filled(newest.shape, form.numbers, source_locale, target_locale), newest.said

    def in_force(self) -> list[Correction]:
        """Return every correction that holds, the latest first."""
        held = [one for pair in self._pairs.values() for one in pair.texts.values() if one.shown is not None]
        return [one.said for one in sorted(held, key=lambda one: one.rank, reverse=True)]


def filed(text: str) -> str:
    """Return a text as corrections are filed: cleaned, without white space around it."""
    return clean(text).text.strip()


@lru_cache(maxsize=1024)
def spoken(locale: str) -> str:
    """Return a source's language and script, which is all that tells its corrections apart: `pt-Latn`."""
    tag = parse_locale(locale)
    return f"{tag.language}-{written_in(tag)}"
