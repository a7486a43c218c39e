"""What is logged, how, and what never is."""

import io
import json
import logging
import sys

import pytest
import structlog
from pydantic import SecretStr

from schemas.report import (
    BatchRun,
    LaneReopening,
    ModelFailed,
    ModelRebuilt,
    ProviderChosen,
    Report,
    StageTimed,
    TransactionCommitted,
)
from schemas.settings import LogSettings, Section, Settings
from streams.logs import MASK, LogReporter, configure_logging, fan_out, fell_back, log_settings, masked
from streams.reach import REMEMBERED, keep_client_errors, last_client_error


@pytest.fixture
def lines(monkeypatch):
    """Log as JSON into memory and give a function that returns the lines; afterwards all is as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(LogSettings(format="json"))
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def committed(**dead_letters: int) -> TransactionCommitted:
    return TransactionCommitted("listing-updated", 1, 5, {"out": 4}, dead_letters, {}, {}, 0.01, ())


def test_ordinary_work_is_not_logged(lines):
    report = LogReporter()
    report(committed())
    report(StageTimed("gate", 0.1))
    report(BatchRun("m", 1, 1, 1, 1, 0, (), 0.1))
    assert lines() == []


def test_dead_letters_of_a_transaction_are_one_line(lines):
    LogReporter()(committed(not_json=3, nan=1))
    (line,) = lines()
    assert line["event"] == "dead_letters"
    assert line["level"] == "warning"
    assert line["reasons"] == {"not_json": 3, "nan": 1}
    assert (line["topic"], line["partition"]) == ("listing-updated", 1)


@pytest.mark.parametrize(
    ("report", "event"),
    [
        (LaneReopening("t", 0, fenced=False, error="timed out"), "lane_reopening"),
        (LaneReopening("t", 0, fenced=True, error="fenced"), "lane_fenced"),
        (ProviderChosen("m", "CPUExecutionProvider", "cuda"), "provider_fallback"),
        (ModelFailed("m", "out of memory", poison=False), "model_failed"),
        (ModelFailed("m", "bad shape", poison=True), "model_failed"),
        (ModelRebuilt("m", "encoder.onnx: checksum"), "model_rebuilt"),
    ],
)
def test_each_abnormal_event_is_one_line_with_its_consequence(lines, report: Report, event: str):
    LogReporter()(report)
    (line,) = lines()
    assert line["event"] == event
    assert line["level"] in {"warning", "error"}
    assert line["consequence"]


def test_reopening_says_that_the_work_is_done_again(lines):
    LogReporter()(LaneReopening("t", 0, fenced=False, error="x"))
    assert "will be done again" in lines()[0]["consequence"]


def test_what_an_error_quotes_is_cut_and_kept_on_one_line(lines):
    LogReporter()(ModelFailed("m", "first\nsecond " + "x" * 5000, poison=False))
    (line,) = lines()
    assert line["error"].startswith("first second x")
    assert len(line["error"]) == 300


@pytest.mark.parametrize(
    ("wanted", "provider", "fallen"),
    [
        ("cuda", "CPUExecutionProvider", True),
        ("cuda", "CUDAExecutionProvider", False),
        ("auto", "CPUExecutionProvider", False),
        ("cpu", "CPUExecutionProvider", False),
        ("CUDAExecutionProvider", "CPUExecutionProvider", True),
    ],
)
def test_a_fallback_is_a_wish_that_was_not_met(wanted: str, provider: str, fallen: bool):
    assert fell_back(ProviderChosen("m", provider, wanted)) is fallen


def test_a_model_of_which_a_part_runs_on_the_cpu_fell_back_too(lines):
    choice = ProviderChosen("m", "CUDAExecutionProvider", "cuda", strays=("GroupQueryAttention x12",))
    assert fell_back(choice)
    LogReporter()(choice)
    assert lines()[0]["operators_on_the_cpu"] == ["GroupQueryAttention x12"]


def test_a_fallback_says_why(lines):
    LogReporter()(ProviderChosen("m", "CPUExecutionProvider", "cuda", "libcublasLt.so.13 cannot be loaded"))
    assert lines()[0]["reason"] == "libcublasLt.so.13 cannot be loaded"


def test_libraries_speak_from_warning_on_and_through_the_same_lines(lines):
    logging.getLogger("aiokafka.consumer").info("chatter")
    logging.getLogger("faust.app").info("chatter")
    logging.getLogger("aiokafka.conn").warning("lost %s", "connection")
    (line,) = lines()
    assert line["event"] == "lost connection"
    assert line["logger"] == "aiokafka.conn"


def test_the_clients_last_complaint_is_kept_bounded_and_in_one_line(lines):
    client = logging.getLogger("aiokafka.client")
    for number in range(3 * REMEMBERED):
        client.error("Unable connect to node %d:\n[SSL] certificate verify failed", number)
    assert last_client_error() == f"Unable connect to node {3 * REMEMBERED - 1}: [SSL] certificate verify failed"
    keep_client_errors()
    keep_client_errors()
    client.error("once")
    assert sum(line["event"] == "once" for line in lines()) == 1


def test_a_traceback_holds_no_local_variables(lines):
    def fail() -> None:
        payload = "the-customer's-review"
        raise ValueError(str(len(payload)))

    try:
        fail()
    except ValueError:
        structlog.get_logger("dragoman").exception("failed")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert 'payload = "the' in line["exception"] or "the-customer" not in line["exception"]


def test_console_lines_are_for_people(monkeypatch, lines):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(LogSettings(format="console"))
    LogReporter()(committed(nan=1))
    assert "dead_letters" in stream.getvalue()
    assert not stream.getvalue().startswith("{")


def test_a_level_holds_back_what_is_below_it(monkeypatch, lines):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging(LogSettings(format="json", level="error"))
    LogReporter()(committed(nan=1))
    assert not stream.getvalue()


def test_secrets_are_masked_whatever_their_length():
    class Login(Section):
        user: str = "dragoman"
        password: SecretStr = SecretStr("hunter2")
        sasl_token: str = "abc"  # noqa: S105  (the masked value itself)
        ca: SecretStr | None = None

    class Some(Section):
        login: Login = Login()

    assert masked(Some()) == {
        "login.user": "dragoman",
        "login.password": MASK,
        "login.sasl_token": MASK,
        "login.ca": None,
    }


def test_the_effective_settings_are_one_line(lines):
    log_settings(Settings())
    (line,) = lines()
    assert line["event"] == "settings"
    assert line["lanes.window"] == Settings().lanes.window


def test_fan_out_hands_each_report_to_all_in_order():
    seen: list[tuple[str, Report]] = []
    report = StageTimed("gate", 0.1)
    fan_out(lambda fact: seen.append(("first", fact)), lambda fact: seen.append(("second", fact)))(report)
    assert seen == [("first", report), ("second", report)]


def test_what_an_error_quotes_of_a_person_is_redacted(lines):
    structlog.get_logger("x").warning("failed", error="ValueError: no such user ana.b@mail.example", offset=12)
    logging.getLogger("aiokafka").error("bad value from %s", "ana.b@mail.example")
    assert [line.get("error", line["event"]) for line in lines()] == [
        "ValueError: no such user [email]",
        "bad value from [email]",
    ]
