"""Which metrics the alert rules use. `python deploy/prometheus/catalogue.py` writes the table in docs/metrics.md."""

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import promql_parser
import yaml

from streams import families

HERE: Final = Path(__file__).parent
RULES: Final = HERE / "rules" / "dragoman.yml"
TESTS: Final = HERE / "tests"
PAGE: Final = HERE.parents[1] / "docs" / "metrics.md"
PARTS: Final = re.compile(r"_(bucket|count|sum)$")  # of a histogram


def rules() -> list[dict[str, Any]]:
    """Return all rules, in the order of the file; those that record have `record`, the others `alert`."""
    document = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in document["groups"] for rule in group["rules"]]


def series_of(expression: str) -> set[str]:
    """Return the names of all series that an expression reads; raises ValueError when it is no PromQL."""
    found: set[str] = set()

    def visit(node: promql_parser.Expr) -> bool:
        selector = node.vector_selector if isinstance(node, promql_parser.MatrixSelector) else node
        if isinstance(selector, promql_parser.VectorSelector):
            found.add(selector.name)
        return True

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def families_of(series: Iterable[str]) -> set[str]:
    """Return the metrics that these series belong to: of a histogram's parts, the histogram."""
    histograms = {family.full_name for family in families.FAMILIES if family.kind is families.Kind.HISTOGRAM}
    return {base if (base := PARTS.sub("", name)) in histograms else name for name in series}


def alerts_by_metric(all_rules: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return, by metric, the alerts that use it, themselves or through what is recorded."""
    recorded: dict[str, set[str]] = {}
    for rule in all_rules:
        if "record" in rule:
            read = {inner for name in series_of(rule["expr"]) for inner in recorded.get(name, {name})}
            recorded.setdefault(rule["record"], set()).update(read)
    found: dict[str, list[str]] = {}
    for rule in all_rules:
        if "alert" in rule:
            read = {inner for name in series_of(rule["expr"]) for inner in recorded.get(name, {name})}
            for metric in families_of(read):
                found.setdefault(metric, []).append(rule["alert"])
    return found


if __name__ == "__main__":
    PAGE.write_text(families.markdown(alerts_by_metric(rules())), "utf-8")
