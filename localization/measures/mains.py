"""Whether a mains device suits the reader's country: its voltages, frequencies and plugs, told without a model."""

import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Final

import msgspec
from msgspec import Struct

from schemas.locales import cldr_of, parse_locale
from schemas.outputs import Measurement

# Mains voltages only: 12 V and 400 V are other things.
_VOLTS: Final = re.compile(
    r"(?<![\w.,])(1\d\d|2[0-5]\d)(?:\s?[-–/~a]\s?(1\d\d|2[0-5]\d))?\s?(?:V|v|Volts?|volts?|伏)(?![A-Za-z²])"
)
# What a device for 220 V makes of 230 V: IEC 60038 allows 10%.
_TOLERANCE: Final = 0.1


class Mains(Struct, frozen=True, forbid_unknown_fields=True):
    """A territory's household mains: volts, hertz, IEC plug letters."""

    volts: tuple[int, ...]
    hertz: tuple[int, ...]
    plugs: tuple[str, ...]


@lru_cache(maxsize=1)
def _table() -> dict[str, Mains]:
    data = files("localization").joinpath("measures", "mains.toml").read_bytes()
    return msgspec.toml.decode(data, type=dict[str, Mains])


def notes(texts: Iterable[str], target_locale: str) -> tuple[Measurement, ...]:
    """Return a note for each mains voltage in the source texts, each once, for readers of a locale with a territory.

    `display` names the reader's country and its mains (`Deutschland: 230 V, 50 Hz, C/F`), with a warning sign before it
    where the device is made for another voltage.
    """
    territory = parse_locale(target_locale).territory
    mains = _table().get(territory or "")
    if mains is None:
        return ()
    country = cldr_of(target_locale).territories.get(territory, territory)
    told = (
        f"{country}: {'/'.join(map(str, mains.volts))} V, {'/'.join(map(str, mains.hertz))} Hz, {'/'.join(mains.plugs)}"
    )
    shown: dict[str, str] = {}
    for text in texts:
        for match in _VOLTS.finditer(text):
            shown.setdefault(match.group(), told if _suits(match, mains) else f"⚠ {told}")
    return tuple(Measurement(source, display, kind="mains") for source, display in shown.items())


def _suits(device: re.Match[str], mains: Mains) -> bool:
    low = int(device.group(1))
    high = int(device.group(2) or low)
    one_of_two = "/" in device.group()
    for volts in mains.volts:
        near = any(abs(volts - own) <= _TOLERANCE * own for own in (low, high))
        if not (near or (not one_of_two and low <= volts <= high)):
            return False
    return True
