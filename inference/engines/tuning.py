"""How many sentences are encoded and decoded together on this processor."""

from typing import Final

from msgspec import Struct

from inference.providers import multiplies_tiles


class Tuning(Struct, frozen=True):
    """Sizes of a translation engine.

    `slots`: sentences decoded together. `group_tokens`: tokens encoded together, whose activations should stay in a
    core's second-level cache. `look_ahead`: requests taken at once, so that those encoded together are alike.
    """

    slots: int
    group_tokens: int
    look_ahead: int


WIDE: Final = 512
"""From this d_model on, products of matrices are most of a step even where they are cheap."""
PLAIN: Final = Tuning(slots=16, group_tokens=160, look_ahead=64)
"""Measured with the tiny en-pt model (d_model 256) on AVX512-VNNI: more slots lost."""
PLAIN_WIDE: Final = Tuning(slots=32, group_tokens=160, look_ahead=64)
"""Measured with an opus-mt on AVX512-VNNI."""
MATRIX_UNITS: Final = Tuning(slots=64, group_tokens=320, look_ahead=128)
"""Measured with the tiny en-pt model and AMX, where products of many rows are cheap: through the pool 9.3 times the
wheel's own engine on two cores, 7.5 times with 32 slots; 96 are no faster. A step is longer by a third, and so is the
wait of what is urgent on a saturated machine. The same suits an opus-mt: 1,500 tokens a second, 1,270 with 32 slots, no
more with 96."""
ON_GPU: Final = Tuning(slots=64, group_tokens=2048, look_ahead=256)
"""Not measured. A GPU's step takes about as long for one row as for many: what bounds the rows is memory."""


def tuning(slots: int, d_model: int, *, gpu: bool = False) -> Tuning:
    """Return what suits a model on this processor, or on a GPU; `slots` other than 0 is what the operator wants."""
    if gpu:
        chosen = ON_GPU
    elif multiplies_tiles():
        chosen = MATRIX_UNITS
    else:
        chosen = PLAIN_WIDE if d_model >= WIDE else PLAIN
    return Tuning(slots or chosen.slots, chosen.group_tokens, chosen.look_ahead)
