"""The alert rules as the Prometheus operator wants them: `python deploy/kubernetes/rules.py` makes them anew.

They are written once, in `deploy/prometheus/rules/dragoman.yml`, and stand here again line by line.
"""

import sys
from pathlib import Path
from textwrap import indent
from typing import Final

ROOT: Final = Path(__file__).parents[2]
RULES: Final = ROOT / "deploy/prometheus/rules/dragoman.yml"
MANIFEST: Final = Path(__file__).parent / "base/prometheusrule.yaml"
HEAD: Final = """\
# Made by deploy/kubernetes/rules.py from deploy/prometheus/rules/dragoman.yml: change it there.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: dragoman
spec:
"""


def manifest(rules: str) -> str:
    """Return the PrometheusRule that holds the groups of a file of rules."""
    return HEAD + indent(rules, "  ")


if __name__ == "__main__":
    if not RULES.exists():
        sys.exit(f"no rules: {RULES.relative_to(ROOT)} is not there")
    MANIFEST.write_text(manifest(RULES.read_text("utf-8")), "utf-8")
