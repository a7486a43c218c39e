"""What the gate finds and what it refuses without need, on the corpora in tests/data/gate, and how fast it is.

python bench/gate.py [--split dev|test] [--every] [--json] [--show KIND ...] [--show-alarms [REASON]]

Recall by kind of fault, false alarms by reason, cases per second of processor time. The lines of `test` are never
shown: only its totals are, so that nobody fits the gate to them. `--every` plants every fault that can be planted in
the clean lines, 50,000 a split, instead of taking those that are kept: a minute.
"""

import argparse
import json
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from random import Random
from typing import Any, Final

import msgspec
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).absolute().parents[1]))

from bench.plant_faults import CORPORA, SPLITS, plant, read_lines
from bench.planting import STRICT
from localization.gate.case import Case
from localization.gate.judge import judge

FIELDS: Final = frozenset(Case.__struct_fields__)
WARM: Final = 200  # lines judged before any is timed: languages are set up once a process


def verdicts(lines: Iterable[dict[str, Any]]) -> list[tuple[str, ...]]:
    """The reasons of the gate against each line."""
    return [tuple(str(reason) for reason in judge(case)) for case in cases(lines)]


def cases(lines: Iterable[dict[str, Any]]) -> list[Case]:
    """The lines as the gate takes them."""
    return [msgspec.convert({key: line[key] for key in line if key in FIELDS}, Case) for line in lines]


def recall(faults: Sequence[dict[str, Any]], found: Sequence[tuple[str, ...]], key: str = "fault") -> dict[str, Any]:
    """For each kind (or other key): faults, how many were refused, the reasons given first."""
    rows: dict[str, Any] = defaultdict(lambda: {"faults": 0, "refused": 0, "reasons": Counter()})
    for fault, reasons in zip(faults, found, strict=True):
        row = rows[fault[key]]
        row["faults"] += 1
        row["refused"] += bool(reasons)
        row["reasons"].update(reasons[:1])
    return dict(rows)


def alarms(clean: Sequence[dict[str, Any]], found: Sequence[tuple[str, ...]]) -> dict[str, Any]:
    """Sound lines, how many of them were refused and why; doubtful lines are counted apart."""
    sound = [reasons for line, reasons in zip(clean, found, strict=True) if "doubtful" not in line]
    by_reason = Counter(reasons[0] for reasons in sound if reasons)
    return {
        "lines": len(sound),
        "refused": by_reason.total(),
        "share": by_reason.total() / max(len(sound), 1),
        "doubtful": len(clean) - len(sound),
        "reasons": dict(by_reason.most_common()),
    }


def faults_of(split: str, *, every: bool = False) -> list[dict[str, Any]]:
    """The faults kept, or all that the clean lines allow."""
    return (
        plant(read_lines(CORPORA / "clean" / split), sys.maxsize) if every else read_lines(CORPORA / "planted" / split)
    )


def measure(split: str, *, every: bool = False) -> dict[str, Any]:
    """Everything about one split, ready for JSON."""
    clean, faults = read_lines(CORPORA / "clean" / split), faults_of(split, every=every)
    speed = _speed(cases(clean))
    found = verdicts(faults)
    kinds = recall(faults, found)
    strict = {
        name: [sum(kinds[kind][part] for kind in members if kind in kinds) for part in ("refused", "faults")]
        for name, members in STRICT.items()
    }
    return {
        "split": split,
        "faults": len(faults),
        "refused": sum(map(bool, found)),
        "recall": sum(map(bool, found)) / max(len(faults), 1),
        "strict": strict,
        "kinds": kinds,
        "locales": recall(faults, found, "target_locale"),
        "alarms": alarms(clean, verdicts(clean)),
        "cases_per_cpu_second": round(speed),
    }


def _speed(clean: list[Case]) -> float:
    """Cases per second of processor time, each text seen for the first time in this process."""
    Random(0).shuffle(clean)
    for case in clean[:WARM]:
        judge(case)
    began = time.process_time()
    for case in clean[WARM:]:
        judge(case)
    return len(clean[WARM:]) / (time.process_time() - began)


def _show(result: dict[str, Any], console: Console) -> None:
    found = result["alarms"]
    console.print(
        f"[bold]{result['split']}[/bold]: {result['refused']} of {result['faults']} faults refused "
        f"({result['recall']:.1%}); {found['refused']} of {found['lines']} sound lines refused ({found['share']:.2%}; "
        f"{found['doubtful']} doubtful ones apart); {result['cases_per_cpu_second']:,} cases per CPU-second"
    )
    for title, rows in (("kind of fault", result["kinds"]), ("target", result["locales"])):
        table = Table(title, "faults", "refused", "recall", "first reasons")
        for name, row in sorted(rows.items(), key=lambda item: item[1]["refused"] / item[1]["faults"]):
            reasons = " ".join(f"{reason} {count}" for reason, count in row["reasons"].most_common(3))
            share = f"{row['refused'] / row['faults']:.0%}"
            table.add_row(name, str(row["faults"]), str(row["refused"]), share, reasons)
        console.print(table)
    for name, (refused, count) in result["strict"].items():
        console.print(f"{name}: {refused} of {count}{'' if refused == count else '  [red]must be all[/red]'}")
    for reason, count in found["reasons"].items():
        console.print(f"false alarms, {reason}: {count} ({count / found['lines']:.2%})")


def _print_passed(kinds: Sequence[str], *, every: bool) -> None:
    """Faults of dev of these kinds that the gate let through."""
    faults = [fault for fault in faults_of("dev", every=every) if fault["fault"] in kinds]
    for fault, reasons in zip(faults, verdicts(faults), strict=True):
        if not reasons:
            _print_line(fault, fault["fault"])


def _print_alarms(wanted: Sequence[str]) -> None:
    """Sound lines of dev that the gate refused, for these reasons or any."""
    clean = read_lines(CORPORA / "clean" / "dev")
    for line, reasons in zip(clean, verdicts(clean), strict=True):
        if reasons and "doubtful" not in line and (not wanted or reasons[0] in wanted):
            _print_line(line, " ".join(reasons))


def _print_line(line: dict[str, Any], why: str) -> None:
    shown = {key: line[key] for key in line if key in {*FIELDS, "id"}}
    sys.stdout.write(f"{why} {json.dumps(shown, ensure_ascii=False)}\n")


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--split", choices=SPLITS, action="append", help="default: both")
    parser.add_argument("--every", action="store_true", help="plant every fault that can be planted")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--show", nargs="+", metavar="KIND", help="faults of dev of these kinds that passed")
    parser.add_argument("--show-alarms", nargs="*", metavar="REASON", help="clean lines of dev that were refused")
    options = parser.parse_args(argv)
    if options.show or options.show_alarms is not None:
        if options.show:
            _print_passed(options.show, every=options.every)
        else:
            _print_alarms(options.show_alarms)
        return
    results = [measure(split, every=options.every) for split in options.split or SPLITS]
    if options.json:
        sys.stdout.write(json.dumps(results) + "\n")
        return
    for result in results:
        _show(result, Console())


if __name__ == "__main__":
    main()
