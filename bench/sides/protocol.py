"""One side of a comparison is a process: it says that it is ready, then works once for every line it is sent.

Only the standard library, because sides run in two environments.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any


def serve(ready: dict[str, Any], work: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Print `ready`, then for each JSON line of standard input the answer of `work`, its time and processor time.

    `work` may measure its own time as `wall_s` and `cpu_s` when a part of it is no part of the comparison. What
    libraries print goes to standard error, so that it cannot be taken for an answer.
    """
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print(json.dumps(ready), file=answers, flush=True)
    for line in sys.stdin:
        began_s, began_cpu_s = time.perf_counter(), time.process_time()
        answer = work(json.loads(line))
        spent = {"wall_s": time.perf_counter() - began_s, "cpu_s": time.process_time() - began_cpu_s}
        print(json.dumps(spent | answer), file=answers, flush=True)
