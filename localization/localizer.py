"""From one source text to one text that may be shown."""

from collections.abc import Sequence
from enum import StrEnum

from msgspec import Struct

from inference.pool import Pool
from inference.requests import Priority
from schemas.outputs import LocalizedField
from schemas.report import Reporter, silent
from schemas.settings import LocalizationSettings


class FieldKind(StrEnum):
    """What a text is: it decides how it is segmented and which decoding suits it."""

    TITLE = "title"
    TEXT = "text"
    HTML = "html"
    BULLET = "bullet"
    ATTRIBUTE_NAME = "attribute_name"
    ATTRIBUTE_VALUE = "attribute_value"
    REVIEW = "review"
    CARRIER_TEXT = "carrier_text"


class Source(Struct, frozen=True):
    """A text as the producer wrote it; `protected` are terms that must come through unchanged.

    `locale` None means nobody knows: the text is shown as it is, marked `language_uncertain`.
    """

    text: str
    kind: FieldKind
    locale: str | None
    protected: tuple[str, ...] = ()


class Detection(Struct, frozen=True):
    """The language of an event's texts: `confidence` 1.0 when the producer said so; `locale` None when unsure."""

    locale: str | None
    confidence: float
    declared: bool


class Localizer:
    """detect -> clean -> segment -> protect -> memory -> pool -> restore -> gate -> assemble."""

    def __init__(
        self, pool: Pool, settings: LocalizationSettings, pipeline_version: str, reporter: Reporter = silent
    ) -> None:
        raise NotImplementedError

    def detect(self, texts: Sequence[str], declared: str | None) -> Detection:
        """Return the declared locale, else the settings' default, else the detected language among those served."""
        raise NotImplementedError

    async def localize(self, source: Source, target_locale: str, priority: Priority) -> LocalizedField:
        """Return a text that may be shown; a failure gives the source, origin `copied`, with the reason as a warning.

        Raises only RequestTimeout and PoolDead: everything else ends in a marked field.
        """
        raise NotImplementedError
