import gc
import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from schemas.errors import OperatorError
from streams.broker import jars
from streams.broker.lock import LOCK_FILE, NOT_NEEDED, Jar, kafka_version, read_lock


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    monkeypatch.setenv("JGO_CONFIG_FILE", str(tmp_path / "jgo.conf"))
    return tmp_path


def locked(content: bytes, artifact: str = "kafka-clients") -> Jar:
    return Jar("org.example", artifact, "9.9", hashlib.sha256(content).hexdigest(), len(content))


def in_own_repository(cache, jar: Jar, content: bytes) -> None:
    folder = cache / "m2" / "org" / "example" / jar.artifact / jar.version
    folder.mkdir(parents=True)
    (folder / jar.filename).write_bytes(content)


def test_the_lock_names_every_jar_once_with_digest_and_no_address():
    entries = read_lock()
    assert kafka_version(entries).startswith("4.1.")
    assert len({jar.filename for jar in entries}) == len(entries) == 34
    assert all(len(bytes.fromhex(jar.sha256)) == 32 and jar.size > 0 for jar in entries)
    assert not {jar.artifact for jar in entries} & NOT_NEEDED
    assert "://" not in LOCK_FILE.read_text()


def test_a_jar_from_the_users_own_repository_is_checked_and_kept(cache):
    jar = locked(b"content")
    in_own_repository(cache, jar, b"content")
    (path,) = jars.ensure_jars(jars=[jar])
    assert path == cache / "cache" / "dragoman" / "kafka" / "9.9" / jar.filename
    assert path.read_bytes() == b"content"
    assert sorted(p.name for p in path.parent.iterdir()) == [".fetching", jar.filename]


@pytest.mark.parametrize("content", [b"conten", b"CONTENT", b""])
def test_a_cached_jar_that_was_changed_is_refused_in_one_line(cache, content):
    jar = locked(b"content")
    in_own_repository(cache, jar, b"content")
    (path,) = jars.ensure_jars(jars=[jar])
    path.write_bytes(content)
    with pytest.raises(OperatorError, match=r"kafka-clients-9\.9\.jar is not the jar that was locked") as caught:
        jars.ensure_jars(jars=[jar])
    assert "\n" not in str(caught.value)


@pytest.fixture
def mirror(cache):
    """A repository on loopback that stands for jgo's usual one."""
    import functools
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *arguments):
            pass

    (cache / "remote").mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=str(cache / "remote")))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    (cache / "jgo.conf").write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")

    def publish(jar: Jar, content: bytes) -> None:
        folder = cache / "remote" / "org" / "example" / jar.artifact / jar.version
        folder.mkdir(parents=True)
        (folder / jar.filename).write_bytes(content)

    yield publish
    server.shutdown()
    server.server_close()
    thread.join()


def test_missing_jars_are_fetched_with_progress(mirror):
    wanted = [locked(b"a" * 20_000), locked(b"b" * 10_000, "other")]
    for jar, content in zip(wanted, (b"a" * 20_000, b"b" * 10_000), strict=True):
        mirror(jar, content)
    seen = []
    paths = jars.ensure_jars(lambda done, total: seen.append((done, total)), jars=wanted)
    assert [path.stat().st_size for path in paths] == [20_000, 10_000]
    assert seen[-1] == (30_000, 30_000)
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def test_two_at_once_fetch_once(mirror):
    jar = locked(b"c" * 30_000)
    mirror(jar, b"c" * 30_000)
    fetched = []
    start = threading.Barrier(2)

    def ensure():
        start.wait()
        return jars.ensure_jars(lambda done, _total: fetched.append(done), jars=[jar])

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: ensure(), range(2))
    assert first == second
    assert fetched.count(30_000) == 1


@pytest.mark.parametrize("content", [b"", b"short", b"another jar altogether"])
def test_a_fetched_jar_that_is_not_the_locked_one_never_reaches_the_cache(mirror, content):
    jar = locked(b"the locked jar")
    mirror(jar, content)
    with pytest.raises(OperatorError, match="not the jar that was locked") as caught:
        jars.ensure_jars(jars=[jar])
    assert "\n" not in str(caught.value)
    assert not (jars.jars_dir([jar]) / jar.filename).exists()


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # jgo leaves the answer of a missing jar open
def test_a_jar_nobody_has_is_one_line(mirror):
    with pytest.raises(OperatorError, match=r"cannot fetch kafka-clients-9\.9\.jar") as caught:
        jars.ensure_jars(jars=[locked(b"nowhere")])
    assert "\n" not in str(caught.value)
    del caught
    gc.collect()


def test_a_cache_that_cannot_be_written_is_one_line(cache):
    (cache / "cache").write_text("a file where a folder should be")
    with pytest.raises(OperatorError, match="cannot keep Kafka's jars"):
        jars.ensure_jars(jars=[locked(b"content")])
