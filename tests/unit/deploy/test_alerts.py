"""Every alert is tested both ways, names metrics that exist, and has a section whose commands can be typed."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from cli import main
from deploy.prometheus.catalogue import RULES, TESTS, alerts_by_metric, families_of, rules, series_of
from streams import families

Rule = dict[str, Any]

ROOT = Path(__file__).parents[3]
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")
ALERTS = {rule["alert"]: rule for rule in rules() if "alert" in rule}
RECORDED = {rule["record"] for rule in rules() if "record" in rule}
KNOWN = {family.full_name for family in families.FAMILIES} | RECORDED | {"up"}
SECTION = re.compile(r"^## (\w+)$(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
THRESHOLD = re.compile(r"(?:>=|>|==) ([\d.]+)(?!\d|\.|\)\n? *>)( \* )?")  # but not what guards a division
FEW = 20.0
INLINE = re.compile(r"`(dragoman [^`]+)`")


@pytest.fixture(scope="module")
def promtool() -> str:
    found = shutil.which("promtool")
    if found is None and os.environ.get("CI"):
        pytest.fail("promtool must be here in CI: .ci/run installs it")
    return found or pytest.skip("no promtool: install the package prometheus")


def said(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def test_the_rules_are_sound(promtool: str):
    done = said(promtool, "check", "rules", RULES)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(rules())} rules found" in done.stdout


@pytest.mark.parametrize("file", sorted(TESTS.glob("*.yml")), ids=lambda file: file.stem)
def test_the_rules_do_what_their_tests_say(promtool: str, file: Path):
    done = said(promtool, "test", "rules", file)
    assert done.returncode == 0, done.stdout + done.stderr


def moved(number: str, *, is_factor: bool = False) -> Iterator[str]:
    """A threshold a little higher and a little lower: by one where it counts a few, by a tenth where it measures."""
    is_count = float(number).is_integer() and float(number) <= FEW and not is_factor
    for direction in (1, -1):
        yield f"{float(number) + direction if is_count else float(number) * (1 + direction / 10):g}"


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each threshold of an alert moved, and how long it waits."""
    for found in THRESHOLD.finditer(rule["expr"]):
        for number in moved(found[1], is_factor=bool(found[2])):
            if float(number) >= 0:
                text = rule["expr"][: found.start(1)] + number + rule["expr"][found.end(1) :]
                yield f"{found[0]} is {number}", rule | {"expr": text}
    if "for" in rule:
        for minutes in moved(rule["for"].removesuffix("m")):
            yield f"for {rule['for']} is {minutes}m", rule | {"for": f"{minutes}m"}


def cases_of(name: str, folder: Path) -> Iterator[Path]:
    """The files that test an alert, with nothing else in them: promtool is slow over days."""
    for file in TESTS.glob("*.yml"):
        content = yaml.safe_load(file.read_text("utf-8"))
        content["tests"] = [case for case in content["tests"] if case["alert_rule_test"][0]["alertname"] == name]
        if content["tests"]:
            (folder / file.name).write_text(yaml.safe_dump(content), "utf-8")
            yield folder / file.name


def groups_with(alert: Rule) -> list[dict[str, Any]]:
    """The groups of rules with one alert, and what is recorded for it."""
    read = series_of(alert["expr"])
    groups = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    for group in groups:
        group["rules"] = [rule for rule in group["rules"] if rule.get("record") in read]
    groups[-1]["rules"].append(alert)
    return groups


@pytest.mark.parametrize("name", ALERTS)
def test_a_threshold_that_moves_is_noticed(promtool: str, name: str, tmp_path: Path):
    """Each number of an alert has a case on either side of it, and near it."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "tests").mkdir()
    cases = list(cases_of(name, tmp_path / "tests"))

    def passes(rule: Rule) -> bool:
        (tmp_path / "rules" / RULES.name).write_text(yaml.safe_dump({"groups": groups_with(rule)}), "utf-8")
        return said(promtool, "test", "rules", *cases).returncode == 0

    assert passes(ALERTS[name])  # what does not pass as it is would notice anything
    assert [change for change, mutant in mutants(ALERTS[name]) if passes(mutant)] == []


def test_every_alert_has_a_case_that_fires_and_one_that_does_not():
    fires: set[str] = set()
    rests: set[str] = set()
    for file in TESTS.glob("*.yml"):
        for case in yaml.safe_load(file.read_text("utf-8"))["tests"]:
            for asked in case["alert_rule_test"]:
                (fires if asked["exp_alerts"] else rests).add(asked["alertname"])
    assert fires == rests == set(ALERTS)


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.get("alert") or rule["record"])
def test_a_rule_names_what_exists(rule: dict[str, str]):
    read = families_of(series_of(rule["expr"]))
    assert read
    assert read <= KNOWN


@pytest.mark.parametrize("name", ALERTS)
def test_an_alert_says_how_urgent_it_is_and_where_to_look(name: str):
    rule = ALERTS[name]
    assert rule["labels"]["severity"] in {"warn", "page"}
    assert rule["annotations"].keys() == {"summary", "description", "runbook_url"}
    page, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert (ROOT / page).read_text("utf-8") == RUNBOOK
    assert anchor == name.lower()
    sections = dict(SECTION.findall(RUNBOOK))
    assert f"**{rule['labels']['severity']}.**" in sections[name]
    assert commands(sections[name])


def test_there_is_no_section_without_an_alert():
    assert {name for name, _ in SECTION.findall(RUNBOOK)} == set(ALERTS)


def test_links_within_the_runbook_lead_somewhere():
    assert set(re.findall(r"\]\(#(\w+)\)", RUNBOOK)) <= {name.lower() for name in ALERTS}


def commands(text: str) -> list[list[str]]:
    """The words of every `dragoman ...` in a text, in blocks and in sentences."""
    lines = [line.removeprefix("$ ") for block in CONSOLE.findall(text) for line in block.splitlines()]
    found = [*(line for line in lines if line.startswith("dragoman ")), *INLINE.findall(CONSOLE.sub("", text))]
    return [shlex.split(line, comments=True)[1:] for line in found]


def is_taken(words: list[str]) -> bool:
    """Whether the command line knows the command and all its options; nothing is run."""
    done = CliRunner().invoke(main.build_app(words), [*words, "--help"])
    return done.exit_code == 0 and "Usage" in done.output


def test_every_command_of_the_runbook_can_be_typed():
    typed = {tuple(words) for words in commands(RUNBOOK)}
    assert len(typed) > 20
    assert [words for words in sorted(typed) if not is_taken(list(words))] == []


@pytest.mark.parametrize(
    "words", [["lag", "--wacth"], ["dead-letter", "list"], ["dead-letters", "list", "--sicne", "1h"]]
)
def test_a_command_that_does_not_exist_would_be_found(words: list[str]):
    assert not is_taken(words)


def test_the_table_of_metrics_names_the_alerts_through_what_is_recorded():
    found = alerts_by_metric(rules())
    assert found["dragoman_consumer_lag_seconds"] == ["DragomanLag", "DragomanLagSevere", "DragomanLagUnknown"]
    assert "DragomanBudgetBurnsFast" in found["dragoman_event_end_to_end_seconds"]
    assert (ROOT / "docs" / "metrics.md").read_text("utf-8") == families.markdown(found)
