"""Run with the peers' interpreter, which has torch: what our reader makes of `pytorch_model.bin` in two folders.

Arguments: a sound folder, one whose pickle would run something, the file that it would write.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from safetensors.numpy import save_file  # noqa: E402

from inference.weights.tensors import read_tensors  # noqa: E402
from schemas.errors import OperatorError  # noqa: E402

sound, evil, ran = map(Path, sys.argv[1:])
tensors = read_tensors(sound)
save_file(tensors, sound / "as_read.safetensors")
try:
    read_tensors(evil)
    said = ""
except OperatorError as error:
    said = str(error)
sys.stdout.write(json.dumps({"said": said, "ran": ran.exists(), "tensors": len(tensors)}))
