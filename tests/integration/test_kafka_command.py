import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from schemas.errors import OperatorError
from streams.broker.process import is_running, started_mark
from streams.broker.server import Broker, answers

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("embedded_kafka")]
DRAGOMAN = Path(sys.executable).with_name("dragoman")


@pytest.fixture
def environment(tmp_path):
    """A user of our own, with no broker."""
    return os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)}


def dragoman(environment, *arguments, code=0):
    done = subprocess.run([DRAGOMAN, "kafka", *arguments], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if "--json" in arguments and done.stdout else done


def test_start_status_stop(environment, tmp_path):
    data = tmp_path / "data"
    started = dragoman(environment, "start", "--data", str(data), "--json")
    try:
        host, _, port = started["bootstrap"].rpartition(":")
        assert host == "127.0.0.1"
        assert answers(host, int(port))
        refused = dragoman(environment, "start", code=2)
        assert refused.stderr.startswith(f"dragoman: Kafka already runs at {started['bootstrap']}")
        assert refused.stderr.count("\n") == 1
        shown = dragoman(environment, "status", "--json")
        assert {"running": True, "answers": True, "pid": started["pid"], "data": str(data)}.items() <= shown.items()
        assert shown["version"].startswith("4.1.")
        mark = started_mark(started["pid"])
        assert is_running(started["pid"], mark)
    finally:
        dragoman(environment, "stop")
    assert not is_running(started["pid"], mark)
    assert (data / "logs" / "meta.properties").exists()
    assert dragoman(environment, "status", "--json", code=1) == {"running": False}
    assert dragoman(environment, "stop", code=2).stderr.count("\n") == 1


def test_start_after_a_crash_begins_anew(environment):
    first = dragoman(environment, "start", "--json")
    os.kill(first["pid"], signal.SIGKILL)
    assert dragoman(environment, "status", "--json", code=1) == {"running": False}
    second = dragoman(environment, "start", "--json")
    try:
        assert not Path(first["data"]).exists()
    finally:
        dragoman(environment, "stop")
    assert not Path(second["data"]).exists()


def test_stop_never_touches_a_process_that_took_the_id(environment, tmp_path):
    sleeper = subprocess.Popen(["sleep", "60"])
    try:
        folder = tmp_path / f"dragoman-{os.getuid()}"
        folder.mkdir()
        record = {"bootstrap": "127.0.0.1:1", "pid": sleeper.pid, "mark": "another start", "version": "4.1.2"}
        record |= {"data": str(tmp_path / "gone"), "temporary": True, "log": "", "started_at": 0.0}
        (folder / "kafka.json").write_text(json.dumps(record))
        assert "had already ended" in dragoman(environment, "stop", code=2).stderr
        assert sleeper.poll() is None
        assert not (folder / "kafka.json").exists()
    finally:
        sleeper.kill()
        sleeper.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_foreground_ends_with_its_process(environment, number):
    command = [DRAGOMAN, "kafka", "start", "--foreground", "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        running = json.loads(process.stdout.readline())
        mark = started_mark(running["pid"])
        assert mark
        process.send_signal(number)
        assert process.wait(30) == 0
    assert not is_running(running["pid"], mark)
    assert not Path(running["data"]).exists()
    assert dragoman(environment, "status", "--json", code=1) == {"running": False}


def test_a_taken_port_is_one_line(environment):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = dragoman(environment, "start", "--port", str(port), code=2)
    assert refused.stderr == f"dragoman: port {port} of 127.0.0.1 is taken: name another, or none for a free one\n"


def test_java_that_cannot_start_is_one_line(environment, tmp_path):
    broken = tmp_path / "java"
    broken.write_text("#!/bin/sh\necho 'Error: could not find libjava.so' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(OperatorError, match=r"could not find libjava\.so"):
        Broker.start(java=broken)
    with pytest.raises(OperatorError, match="cannot start Java"):
        Broker.start(java=tmp_path / "absent")
