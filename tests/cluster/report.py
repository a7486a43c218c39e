"""What the faults of a cluster cost: a table for people, JSON for machines."""

from dataclasses import asdict, dataclass, field
from io import StringIO

import orjson
from rich.console import Console
from rich.table import Table

from tests.cluster.trial import Trial

WIDTH = 160


@dataclass
class Report:
    """Trials, by the settings they had."""

    trials: list[Trial] = field(default_factory=list)

    def table(self) -> str:
        groups: dict[str, list[Trial]] = {}
        for trial in self.trials:
            told = ", ".join(f"{name} {value}" for name, value in trial.settings.items())
            groups.setdefault(told, []).append(trial)
        text = StringIO()
        console = Console(file=text, width=WIDTH)
        for settings_text, trials in groups.items():
            console.print()
            console.print(_table(trials))
            console.print(settings_text, highlight=False)
        return text.getvalue()

    def as_json(self) -> bytes:
        return orjson.dumps([asdict(trial) for trial in self.trials], option=orjson.OPT_INDENT_2)


def _table(trials: list[Trial]) -> Table:
    table = Table(title="Faults of a cluster of three", title_justify="left")
    for name in ("fault", "broker"):
        table.add_column(name)
    for name in ("events", "broken", "reader's longest gap s", "lane's longest gap s", "all committed s", "exits"):
        table.add_column(name, justify="right")
    for trial in trials:
        exits = sum(code != 0 for codes in trial.worker_exits.values() for code in codes)
        seconds = (f"{value:.1f}" for value in (trial.silence_s, trial.pause_s, trial.catch_up_s))
        broken = ", ".join(f"{kind} {count}" for kind, count in trial.verdict.broken.items()) or "0"
        table.add_row(trial.fault, trial.broker, str(trial.events), broken, *seconds, str(exits))
    return table
