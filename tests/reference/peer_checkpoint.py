"""Run with the peers' interpreter: our reader on a `pytorch_model.bin`, which needs torch.

Argument: the folder that `peer_seq2seq.py` filled. Prints what came of a sound pickle and of one that runs code.
"""

import pickle
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from inference.weights.tensors import read_tensors
from schemas.errors import OperatorError


class Evil:
    """What a pickle may hold: a call that is made when it is read."""

    def __init__(self, witness):
        self.witness = witness

    def __reduce__(self):
        return Path.touch, (self.witness,)


def main(folder):
    pickled, safe = read_tensors(folder / "pickled"), read_tensors(folder / "small")
    same = all(np.array_equal(pickled[name], safe[name]) for name in safe)
    sys.stdout.write(f"{len(safe)} tensors {same}\n")
    evil, witness = folder / "evil", folder / "evil/ran"
    evil.mkdir()
    (evil / "pytorch_model.bin").write_bytes(pickle.dumps(Evil(witness)))
    try:
        read_tensors(evil)
    except OperatorError as error:
        sys.stdout.write(f"refused {'cannot be read' in str(error)} {chr(10) in str(error)} {witness.exists()}\n")


main(Path(sys.argv[1]))
