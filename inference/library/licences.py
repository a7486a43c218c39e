"""The licence of a model's weights: read from its card or its licence file, shown, and remembered with a date."""

import re
from typing import Final

from huggingface_hub import ModelCard
from msgspec import Struct

UNKNOWN: Final = "unknown"

# A phrase near the top of a licence's text -> its SPDX name. The longer phrase first where one holds the other.
_PHRASES: Final = (
    (r"Apache License\s+Version 2\.0", "Apache-2.0"),
    (r"Mozilla Public License,?\s+(?:Version|v\.) ?2\.0", "MPL-2.0"),
    (r"Attribution-NonCommercial 4\.0 International", "CC-BY-NC-4.0"),
    (r"Attribution-ShareAlike 4\.0 International", "CC-BY-SA-4.0"),
    (r"Attribution 4\.0 International", "CC-BY-4.0"),
    (r"GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3", "AGPL-3.0"),
    (r"GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3", "LGPL-3.0"),
    (r"GNU GENERAL PUBLIC LICENSE\s+Version 3", "GPL-3.0"),
    (r"Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
    (r"Redistribution and use in source and binary forms", "BSD"),
)
_LOOKED_AT_BYTES: Final = 4000
_FRONT_MATTER: Final = re.compile(r"\A---\s*\n")


class Licence(Struct, frozen=True):
    """`name` as the model's card has it, or as its licence's text tells; `source`: which of the two, or neither."""

    name: str
    source: str

    def __str__(self) -> str:
        return f"{self.name} ({self.source})"


def read_licence(card: bytes | None, licence: bytes | None) -> Licence:
    """Return the licence that a model's card (README.md) names, else that of its licence file, else `unknown`."""
    named = _of_card(card.decode("utf-8", errors="replace")) if card else None
    if named:
        return Licence(named, "model card")
    told = _of_text(licence[:_LOOKED_AT_BYTES].decode("utf-8", errors="replace")) if licence else None
    if told:
        return Licence(told, "licence file")
    return Licence(UNKNOWN, "neither a card nor a licence file names one")


def _of_card(text: str) -> str | None:
    """Read the metadata at the top of a card; a card whose metadata cannot be read names nothing."""
    if not _FRONT_MATTER.match(text):
        return None
    try:
        data = ModelCard(text, ignore_metadata_errors=True).data
    except Exception:  # noqa: BLE001  (YAML's errors have no base class the library promises)
        return None
    name, link = data.get("license"), data.get("license_link")
    if isinstance(name, list):
        name = ", ".join(str(one) for one in name)
    if not name:
        return None
    # `other` is a licence of the owner's own.
    named = data.get("license_name") if str(name) == "other" else None
    return " ".join(str(part) for part in (named or name, link) if part)


def _of_text(text: str) -> str | None:
    return next((name for phrase, name in _PHRASES if re.search(phrase, text, re.IGNORECASE)), None)
