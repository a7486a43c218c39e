"""The curated words of a parcel's status: one Fluent catalogue a locale, `catalogues/<locale>.ftl`.

A status is a message (its headline) with the attributes `explanation` and, where there is something to do, `action`.
Facts are sentences of their own (`expected-later`, `place`), put after the text as far as they fit: so every text reads
well without them, and no sentence has to bend around a name in a foreign script.
"""

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final, cast

from babel import Locale as CldrLocale
from babel import dates
from fluent.runtime import FluentBundle, FluentResource
from msgspec import Struct

from schemas.outputs import CanonicalStatus

__all__ = ["ACTION_CHARACTERS_MAX", "EXPLANATION_CHARACTERS_MAX", "NO_FACTS", "PHRASE_LOCALES", "Facts", "Wording"]


def _catalogues() -> tuple[str, ...]:
    """The locales that have a catalogue, English first: it serves whoever has none."""
    folder = files("localization.logistics").joinpath("catalogues")
    found = {file.name.removesuffix(".ftl") for file in folder.iterdir() if file.name.endswith(".ftl")}
    return ("en", *sorted(found - {"en"}))


PHRASE_LOCALES: Final = _catalogues()
EXPLANATION_CHARACTERS_MAX: Final = 220
ACTION_CHARACTERS_MAX: Final = 220

# Statuses after which a delivery may still be expected.
EXPECTING: Final[frozenset[CanonicalStatus]] = frozenset(
    (
        "pending",
        "info_received",
        "picked_up",
        "in_transit",
        "departed_origin",
        "arrived_destination",
        "customs_processing",
        "customs_released",
        "customs_action_required",
        "out_for_delivery",
        "attempt_failed",
        "address_problem",
        "delayed",
        "security_hold",
    )
)
# Statuses whose place tells the reader something that the status does not.
PLACED: Final[frozenset[CanonicalStatus]] = frozenset(
    (
        "picked_up",
        "in_transit",
        "departed_origin",
        "arrived_destination",
        "customs_processing",
        "customs_released",
        "out_for_delivery",
        "available_for_pickup",
        "delayed",
        "security_hold",
        "returning",
    )
)
# Statuses that send the reader to the carrier, who asks for the number first.
REFERRED: Final[frozenset[CanonicalStatus]] = frozenset(
    ("customs_action_required", "available_for_pickup", "attempt_failed", "refused", "address_problem")
)
# Chinese and Japanese set no space after a full stop.
UNSPACED: Final = frozenset(("zh", "ja"))


class Facts(Struct, frozen=True):
    """What is known of one event beyond its status; each may be missing.

    `expected`: day of the delivery to come, `days_late` against the day promised first (negative: early).
    `happened`: day of the event. `held_until`: last day of a pickup. `place` and `carrier` are names to be shown.
    `year`: the year in which a date needs no year.
    """

    expected: date | None = None
    days_late: int = 0
    happened: date | None = None
    held_until: date | None = None
    place: str | None = None
    carrier: str | None = None
    tracking: str | None = None
    year: int | None = None


NO_FACTS: Final = Facts()


class Words(Struct, frozen=True):
    """One status in one locale, facts included."""

    headline: str
    explanation: str
    action: str | None


class Wording(Struct, frozen=True):
    """One locale's catalogue, ready to speak."""

    bundle: FluentBundle
    cldr: CldrLocale

    def words(self, status: CanonicalStatus, facts: Facts = NO_FACTS) -> Words:
        """Return the texts of a status with those of the facts that belong to it and fit."""
        message = self.bundle.get_message(status)
        parts = message.attributes
        return Words(
            self._formatted(message.value),
            self._explanation(status, parts, facts),
            self._action(status, parts, facts),
        )

    def detail(self, name: str) -> str:
        """Return the curated sentence for what a carrier said beyond the status (`recipient-absent`)."""
        return self._sentence(f"detail-{name}")

    def day(self, day: date, year: int | None) -> str:
        """A date with the month's name, without the year where that is `year`."""
        if day.year == year:
            return dates.format_skeleton("MMMMd", day, locale=self.cldr)
        return dates.format_date(day, "long", locale=self.cldr)

    def _explanation(self, status: CanonicalStatus, parts: dict[str, Any], facts: Facts) -> str:
        if facts.happened is not None and "dated" in parts:
            text = self._formatted(parts["dated"], date=self.day(facts.happened, facts.year))
        else:
            text = self._formatted(parts["explanation"])
        more = []
        if facts.expected is not None and status in EXPECTING:
            more.append(self._expected(facts.expected, facts))
        if facts.held_until is not None and status == "available_for_pickup":
            more.append(self._sentence("held-until", date=self.day(facts.held_until, facts.year)))
        if facts.place and status in PLACED:
            more.append(self._sentence("place", place=facts.place))
        return self._joined(text, more, EXPLANATION_CHARACTERS_MAX)

    def _expected(self, expected: date, facts: Facts) -> str:
        day = self.day(expected, facts.year)
        if facts.days_late == 0:
            return self._sentence("expected", date=day)
        name = "expected-later" if facts.days_late > 0 else "expected-earlier"
        return self._sentence(name, date=day, days=abs(facts.days_late))

    def _action(self, status: CanonicalStatus, parts: dict[str, Any], facts: Facts) -> str | None:
        if "action" not in parts:
            return None
        text = self._formatted(parts["action"])
        if facts.tracking is None or status not in REFERRED:
            return text
        plain = self._sentence("reference", tracking=facts.tracking)
        if facts.carrier is not None:
            named = self._sentence("carrier-reference", carrier=facts.carrier, tracking=facts.tracking)
            if len(text) + 1 + len(named) <= ACTION_CHARACTERS_MAX:
                plain = named
        return self._joined(text, [plain], ACTION_CHARACTERS_MAX)

    def _joined(self, text: str, more: list[str], limit: int) -> str:
        space = "" if self.cldr.language in UNSPACED else " "
        for sentence in more:
            longer = text + space + sentence
            text = longer if len(longer) <= limit else text
        return text

    def _sentence(self, name: str, **facts: str | int) -> str:
        return self._formatted(self.bundle.get_message(name).value, **facts)

    def _formatted(self, pattern: Any, **facts: str | int) -> str:
        text, errors = self.bundle.format_pattern(pattern, facts)
        if errors:
            raise ValueError(f"phrases of {self.cldr}: {errors[0]}")
        return cast("str", text)


@lru_cache(maxsize=len(PHRASE_LOCALES))
def wording(locale: str) -> Wording:
    """Return the catalogue of one of PHRASE_LOCALES, read once.

    Fluent's isolating marks (U+2068, U+2069) are off: they would stand in texts that storefronts search, measure and
    send as SMS. They are not needed, because a name or number in another script stands in a sentence of its own, after
    a colon and before the full stop, where the bidirectional algorithm sets it right by itself.
    """
    bundle = FluentBundle([locale], use_isolating=False)
    bundle.add_resource(FluentResource(catalogue_text(locale)))
    return Wording(bundle, CldrLocale.parse(locale, sep="-"))


def catalogue_text(locale: str) -> str:
    """Return the catalogue of one of PHRASE_LOCALES as written."""
    return files("localization.logistics").joinpath("catalogues", f"{locale}.ftl").read_text("utf-8")
