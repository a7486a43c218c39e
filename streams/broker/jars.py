"""Apache Kafka's jars in this user's cache: fetched once, checked against the lock at every start."""

import fcntl
import shutil
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

from schemas.errors import OperatorError
from schemas.settings import cache_dir
from streams.broker.lock import Jar, kafka_version, read_lock, sha256_of

FETCHES_AT_ONCE: Final = 6
FETCH_TIMEOUT_S: Final = 30  # for one connection to say something, not for a whole jar
EXTRA_HINT: Final = "install the extra `kafka`: pip install 'dragoman[kafka]'"

Progress = Callable[[int, int], None]
"""Called with the bytes fetched so far and the bytes of all missing jars; from any thread, one call at a time."""


def jars_dir(jars: list[Jar]) -> Path:
    """Folder of the user's cache that holds the jars of this Kafka version."""
    return cache_dir() / "kafka" / kafka_version(jars)


def ensure_jars(progress: Progress | None = None, *, jars: list[Jar] | None = None) -> list[Path]:
    """Paths of all locked jars, each checked against its digest; the missing ones are fetched first.

    Safe with several processes at once: one fetches, the others wait for it. Raises OperatorError with one line when
    a jar cannot be had, or when one (fetched or cached) is not the locked one.
    """
    locked = read_lock() if jars is None else jars
    folder = jars_dir(locked)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _exclusive(folder / ".fetching"):
            missing = [jar for jar in locked if not (folder / jar.filename).exists()]
            if missing:
                _fetch(missing, folder, progress)
    except OSError as error:
        raise OperatorError(f"cannot keep Kafka's jars in {folder}: {error.strerror or error}") from error
    for jar in locked:
        if sha256_of(folder / jar.filename) != jar.sha256:
            raise OperatorError(f"{folder / jar.filename} is not the jar that was locked: remove it and start again")
    return [folder / jar.filename for jar in locked]


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)  # the kernel lets go of it when this process ends, however it ends
        yield


def _fetch(missing: list[Jar], folder: Path, progress: Progress | None) -> None:
    """Fetch into a folder beside the cache and move each verified jar in: a reader never sees half a jar."""
    try:
        import jgo.maven  # noqa: F401, PLC0415  (an extra, asked for only when something is to be fetched)
    except ImportError as error:
        raise OperatorError(f"Kafka's jars are not cached and jgo is not installed: {EXTRA_HINT}") from error
    count = _counter(sum(jar.size for jar in missing), progress)
    with (
        tempfile.TemporaryDirectory(dir=folder) as scratch,
        ThreadPoolExecutor(FETCHES_AT_ONCE, thread_name_prefix="jars") as pool,
    ):
        fetches = [pool.submit(_fetch_one, jar, Path(scratch), folder, count) for jar in missing]
        try:
            for fetch in as_completed(fetches):
                fetch.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _fetch_one(jar: Jar, scratch: Path, folder: Path, count: Callable[[int], None]) -> None:
    from jgo.config import GlobalSettings  # noqa: PLC0415
    from jgo.maven import MavenContext, PythonResolver  # noqa: PLC0415

    settings = GlobalSettings.load()  # a user's own mirror stands in jgo's configuration
    resolver = PythonResolver(progress_callback=_reporting(count))
    context = MavenContext(resolver=resolver, repo_cache=scratch / jar.filename, timeout=FETCH_TIMEOUT_S)
    context.remote_repos.update(settings.repositories)
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    fetched = Path(settings.repo_cache) / artifact.component.path_prefix / jar.filename
    if fetched.is_file() and sha256_of(fetched) == jar.sha256:  # the user's own Maven repository has it
        fetched = Path(shutil.copy(fetched, scratch))
    else:
        fetched = _download(artifact, jar)
    if sha256_of(fetched) != jar.sha256:
        raise OperatorError(
            f"{jar.filename} was fetched but is not the jar that was locked: cut short, or tampered with"
        )
    fetched.replace(folder / jar.filename)


def _download(artifact: Any, jar: Jar) -> Path:
    try:
        return Path(artifact.resolve())
    except (OSError, RuntimeError) as error:  # requests' errors are OSErrors, a jar nobody has is a RuntimeError
        cause = type(error).__name__
        raise OperatorError(
            f"cannot fetch {jar.filename} ({cause}): is the network there? jgo's own configuration can name a mirror",
        ) from error


def _counter(total: int, progress: Progress | None) -> Callable[[int], None]:
    done, lock = 0, Lock()

    def count(size: int) -> None:
        nonlocal done
        with lock:
            done += size
            if progress:
                progress(done, total)

    return count


def _reporting(count: Callable[[int], None]) -> Callable[[str, int], Any]:
    """`count` in the shape of jgo's progress callback."""

    @contextmanager
    def callback(filename: str, size: int) -> Iterator[Callable[[int], None]]:
        yield count

    return callback
