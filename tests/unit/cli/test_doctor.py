"""The doctor finds what is broken, says what to type, and its exit code can be trusted."""

import json
import socket

import pytest
from typer.testing import CliRunner

from cli import checks, doctor, machine_checks
from cli.findings import Check, Verdict
from cli.main import build_app
from schemas.errors import OperatorError
from schemas.settings import HttpSettings, KafkaSettings, LaneSettings, PoolSettings, Settings


def run(*arguments: str):
    return CliRunner().invoke(build_app(arguments), arguments)


@pytest.fixture(autouse=True)
def _nobody_elses_settings(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DRAGOMAN_CONFIG", raising=False)


@pytest.fixture
def nowhere():
    """An address where nobody listens and nobody else can."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{bound.getsockname()[1]}"


def only(found) -> Check:
    (check,) = found
    return check


def test_this_installation_is_sound():
    sound = [
        *checks.python(Settings()),
        *checks.packages(Settings()),
        *checks.rooms(Settings()),
        *checks.runtime(Settings()),
    ]
    assert {check.verdict for check in sound} == {Verdict.OK}
    assert {"aiokafka", "faust-streaming", "mode-streaming"} <= {check.name for check in sound}


def test_a_gpu_is_tried_only_where_one_is_wished_for(monkeypatch):
    assert [*checks.gpu(Settings(pool=PoolSettings(device="cpu")))] == []
    wished = Settings(pool=PoolSettings(device="cuda:1"))
    monkeypatch.setattr(checks, "gpu_fault", lambda _: "")
    assert only(checks.gpu(wished)) == Check("gpu", Verdict.OK, "GPU 1 computes")
    monkeypatch.setattr(checks, "gpu_fault", lambda _: "CUDA failure 100: no CUDA-capable device is detected")
    found = only(checks.gpu(wished))
    assert found.verdict is Verdict.WARN
    assert found.detail == "models run on the CPU: CUDA failure 100: no CUDA-capable device is detected"
    assert "DRAGOMAN_POOL__DEVICE=cpu" in found.remedy


def test_a_pinned_package_in_another_version_fails_with_the_command(monkeypatch):
    real = checks._version
    monkeypatch.setattr(checks, "_version", lambda name: "9.9.9" if name == "aiokafka" else real(name))
    bad = [check for check in checks.packages(Settings()) if check.verdict is Verdict.FAIL]
    assert only(bad).remedy == f"pip install aiokafka=={real('aiokafka')}"


def test_a_missing_package_is_named(monkeypatch):
    real = checks._version
    monkeypatch.setattr(checks, "_version", lambda name: None if name == "nh3" else real(name))
    bad = [check for check in checks.packages(Settings()) if check.verdict is Verdict.FAIL]
    assert only(bad).detail == "missing: nh3"


def test_a_stranger_under_our_name_fails(monkeypatch, tmp_path):
    (tmp_path / "schemas").mkdir()
    real = checks._home_of
    monkeypatch.setattr(checks, "_home_of", lambda room: tmp_path if room == "schemas" else real(room))
    check = only(checks.rooms(Settings()))
    assert check.verdict is Verdict.FAIL
    assert f"schemas from {tmp_path}" in check.detail


def test_two_runtimes_fail_with_the_command_that_repairs(monkeypatch):
    def two() -> str:
        raise OperatorError("onnxruntime and onnxruntime-gpu are installed: run `pip uninstall ...`")

    monkeypatch.setattr(checks, "require_one_runtime", two)
    check = only(checks.runtime(Settings()))
    assert check.verdict is Verdict.FAIL
    assert "pip uninstall" in check.remedy


def test_models_that_are_not_built_are_a_warning_with_the_command(tmp_path):
    found = list(checks.models(Settings(pool=PoolSettings(models_dir=tmp_path))))
    assert found
    assert {check.verdict for check in found} == {Verdict.WARN}
    assert all(check.remedy.startswith(("dragoman models build", "pip install")) for check in found)


def test_a_port_that_is_taken_is_a_warning(nowhere: str):
    port = int(nowhere.rpartition(":")[2])
    check = only(checks.ports(Settings(http=HttpSettings(port=port))))
    assert (check.verdict, check.name) == (Verdict.WARN, "health port")
    assert "DRAGOMAN_HTTP__PORT" in check.remedy


@pytest.mark.parametrize("port", [0, -1])
def test_a_port_that_is_not_fixed_cannot_be_taken(port: int):
    assert only(checks.ports(Settings(http=HttpSettings(port=port)))).verdict is Verdict.OK


def test_a_broker_that_is_away_fails_with_the_reason_and_the_command(nowhere: str):
    check = only(checks.kafka(Settings(kafka=KafkaSettings(bootstrap=nowhere))))
    assert check.verdict is Verdict.FAIL
    assert nowhere in check.detail
    assert "dragoman kafka start" in check.remedy


def test_a_cache_that_cannot_be_written_fails(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")
    found = list(checks.cache(Settings(pool=PoolSettings(models_dir=file / "models"))))
    assert [check.verdict for check in found][-1] is Verdict.FAIL


def test_a_check_that_breaks_is_a_finding_and_stops_no_other(monkeypatch):
    def broken(_settings):
        raise RuntimeError("first line\nsecond line")

    monkeypatch.setattr(checks, "CHECKS", (broken, checks.python))
    first, second = checks.examine(Settings())
    assert (first.verdict, first.detail) == (Verdict.FAIL, "RuntimeError: first line second line")
    assert second.verdict is Verdict.OK


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.OK, 0), (Verdict.WARN, 0), (Verdict.FAIL, 1)])
def test_the_exit_code_is_1_when_a_worker_could_not_run(monkeypatch, verdict: Verdict, code: int):
    monkeypatch.setattr(checks, "CHECKS", (lambda _settings: [Check("some", verdict, "detail", "remedy")],))
    people = run("doctor")
    machines = run("doctor", "--json")
    assert people.exit_code == machines.exit_code == code
    assert "-> remedy" in people.output
    assert json.loads(machines.output) == [{"name": "some", "verdict": verdict, "detail": "detail", "remedy": "remedy"}]


def test_what_is_to_be_typed_is_never_cut():
    remedy = "x" * 500
    assert remedy in doctor.lines([Check("some", Verdict.FAIL, "d", remedy)]).plain


def test_settings_say_where_they_come_from(monkeypatch, tmp_path):
    (tmp_path / "dragoman.toml").write_text("[lanes]\nwindow = 7\n[kafka]\ngroup = 'file'\n", "utf-8")
    monkeypatch.setenv("DRAGOMAN_KAFKA__GROUP", "from-environment")
    rows = json.loads(run("doctor", "--settings", "--json").output)
    assert rows["lanes.window"] == {"value": 7, "from": "dragoman.toml"}
    assert rows["kafka.group"] == {"value": "from-environment", "from": "environment"}
    assert rows["http.host"] == {"value": "127.0.0.1", "from": "default"}
    table = run("doctor", "--settings").output
    assert "kafka.group" in table
    assert "environment" in table


@pytest.mark.parametrize(("free", "verdict"), [(1 << 29, Verdict.WARN), (1 << 31, Verdict.OK)])
def test_memory_counts_what_a_container_leaves(monkeypatch, tmp_path, free, verdict):
    limit, used = tmp_path / "max", tmp_path / "current"
    limit.write_text(str(3 << 30))
    used.write_text(str((3 << 30) - free))
    monkeypatch.setattr(machine_checks, "CGROUP_LIMITS", (str(tmp_path / "none"), str(limit)))
    monkeypatch.setattr(machine_checks, "CGROUP_USED", (str(used),))
    assert only(machine_checks.memory(Settings())).verdict is verdict


def test_a_container_without_a_limit_has_the_machines_memory(monkeypatch, tmp_path):
    limit = tmp_path / "max"
    limit.write_text("max\n")
    monkeypatch.setattr(machine_checks, "CGROUP_LIMITS", (str(limit),))
    monkeypatch.setattr(machine_checks, "CGROUP_USED", (str(limit),))
    assert (machine_checks.free_memory() or 0) > 1 << 20


def test_a_full_disk_is_told(monkeypatch, tmp_path):
    settings = Settings(lanes=LaneSettings(state_dir=tmp_path / "not" / "yet"))
    monkeypatch.setattr(machine_checks, "DISK_BYTES", 1 << 60)
    found = [*machine_checks.disk(settings)]
    assert found[0].verdict is Verdict.WARN
    assert str(tmp_path) in found[0].detail
