"""What a soak says: a verdict, a table and a plot."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

WARM_S = 120.0  # models are loaded, caches filled
GROWTH = 1.10  # of memory: write buffers of the stores fill, and a backlog after a kill needs more for a while
MORE = 8  # file descriptors, threads: a connection more or less


@dataclass(frozen=True)
class Sample:
    """The steady worker and the group, at one moment."""

    at_s: float
    memory_mb: float
    descriptors: int
    threads: int
    lag_records: int
    lag_s: float


def judge(
    samples: Sequence[Sample],
    kills: Sequence[tuple[float, str]],
    sent: Mapping[str, int],
    told: Counter[tuple[str, int, int]],
    *,
    empty: bool,
    starts: int,
    codes: Sequence[int],
) -> dict[str, Any]:
    """Return the report. Growth is that of the last quarter against the first one after the warm-up."""
    warm = [sample for sample in samples if sample.at_s >= WARM_S] or list(samples)
    quarter = max(1, len(warm) // 4)
    first, last = warm[:quarter], warm[-quarter:]

    def halves(name: str) -> tuple[float, float]:
        return tuple(round(median(getattr(one, name) for one in part), 1) for part in (first, last))  # type: ignore[return-value]

    sizes = {name: halves(name) for name in ("memory_mb", "descriptors", "threads", "lag_records")}
    by_topic = Counter(topic for topic, _, _ in told)
    lost = {topic: count - by_topic[topic] for topic, count in sent.items() if count != by_topic[topic]}
    doubled = sum(times - 1 for times in told.values())
    flat = {
        "memory": sizes["memory_mb"][1] <= GROWTH * sizes["memory_mb"][0],
        "descriptors": sizes["descriptors"][1] <= sizes["descriptors"][0] + MORE,
        "threads": sizes["threads"][1] <= sizes["threads"][0] + MORE,
        # Nothing is left at the end, so what lag there was between kills has not built up.
        "lag": empty,
    }
    return {
        "sent": dict(sent),
        "lost": lost,
        "doubled": doubled,
        "first_and_last_quarter": sizes,
        "lag_s_max": max((one.lag_s for one in warm), default=0.0),
        "flat": flat,
        "kills": [*kills],
        "starts": starts,
        "exits": [*codes],
        "met": not lost and not doubled and all(flat.values()) and not any(codes),
        "samples": [asdict(one) for one in samples],
    }


def write_report(folder: Path, report: Mapping[str, Any], options: Mapping[str, Any]) -> str:
    """Write report.md, plot.svg and samples.json; return the table."""
    folder.mkdir(parents=True, exist_ok=True)
    sizes = report["first_and_last_quarter"]
    rows = [
        ("events sent", f"{sum(report['sent'].values()):,}"),
        ("lost, doubled", f"{sum(report['lost'].values())}, {report['doubled']}"),
        ("workers killed or ended", str(len(report["kills"]))),
        *((f"{name}, first and last quarter", f"{one:,} -> {other:,}") for name, (one, other) in sizes.items()),
        ("longest lag", f"{report['lag_s_max']} s"),
        ("flat", ", ".join(f"{name} {'yes' if good else 'NO'}" for name, good in report["flat"].items())),
    ]
    table = "\n".join(["| what | result |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    told = ", ".join(f"{name} {value}" for name, value in options.items())
    (folder / "report.md").write_text(f"# Soak\n\n{told}\n\n{table}\n\n![over time](plot.svg)\n")
    (folder / "samples.json").write_text(json.dumps(report, indent=1))
    _plot(folder / "plot.svg", report)
    return table


def _plot(path: Path, report: Mapping[str, Any]) -> None:
    import matplotlib as mpl  # noqa: PLC0415  (only here, and slow to import)

    mpl.use("svg")
    import matplotlib.pyplot as plt  # noqa: PLC0415

    at = [one["at_s"] / 60 for one in report["samples"]]
    figure, axes = plt.subplots(3, 1, sharex=True, figsize=(9, 7))
    names = {"memory_mb": "memory, MB", "descriptors": "file descriptors", "lag_records": "records behind"}
    for axis, (name, label) in zip(axes, names.items(), strict=True):
        axis.plot(at, [one[name] for one in report["samples"]])
        axis.set_ylabel(label)
        axis.set_ylim(bottom=0)
        for moment, _ in report["kills"]:
            axis.axvline(moment / 60, color="tab:red", alpha=0.3, linewidth=0.8)
    axes[-1].set_xlabel("minutes; red: the other worker is killed or told to end")
    figure.tight_layout()
    figure.savefig(path)
