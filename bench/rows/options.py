"""What the bench is asked for."""

from pathlib import Path
from typing import Literal

from msgspec import Struct


class Options(Struct, frozen=True):
    """`cores`: used by both sides of the comparisons on several cores. `cache`: where the random model is kept."""

    rounds: int
    quick: bool
    cores: int
    device: Literal["cpu", "cuda"]
    cache: Path
