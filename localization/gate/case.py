"""A translation on trial."""

from typing import Literal

from msgspec import Struct


class Case(Struct, frozen=True, kw_only=True):
    """A source, what is to be shown for it, and what both must obey.

    `field` is a FieldKind's word (`title`, `review`) or anything else a caller calls it; `protected` must come through
    as written; `glossary` gives fixed translations of source terms; `rating` is a review's, 1 to 5. `complete` is
    False when the model did not come to an end. In `text` an inline tag may stand as one private-use character
    (localization.text.segment.TAG); `html` is markup.
    """

    source: str
    translation: str
    source_locale: str
    target_locale: str
    field: str = "text"
    format: Literal["text", "html"] = "text"
    protected: tuple[str, ...] = ()
    glossary: dict[str, str] = {}
    rating: int | None = None
    complete: bool = True
