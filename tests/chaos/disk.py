"""A small disk of the workers' own, which can be full."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

SIZE = "64m"  # memory is taken as it fills
BALLAST = "ballast"
STEPS_BYTES = (1_048_576, 4096, 1)


def why_no_disk() -> str | None:
    """Say why this machine gives no disk of its own, or None."""
    if shutil.which("mount") is None:
        return "there is no `mount`"
    with tempfile.TemporaryDirectory() as folder:
        error = _mount(Path(folder))
        if error is None:
            _unmount(Path(folder))
        return error


class Disk:
    """A folder; `fill` works only where it is `mount`ed as a file system of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self._mounted = False

    def mount(self) -> None:
        """Put a small file system in the folder's place."""
        error = _mount(self.folder)
        if error is not None:
            raise OSError(error)
        self._mounted = True

    def fill(self) -> None:
        """Leave not one byte."""
        if not self._mounted:
            raise RuntimeError("that would fill somebody else's disk")
        with (self.folder / BALLAST).open("wb", buffering=0) as file:
            for step in STEPS_BYTES:
                try:
                    while True:
                        if file.write(bytes(step)) < step:
                            break
                except OSError:
                    continue

    def free(self) -> None:
        """Give the room back."""
        (self.folder / BALLAST).unlink(missing_ok=True)

    def close(self) -> None:
        """Leave the machine as it was."""
        if self._mounted:
            _unmount(self.folder)
            self._mounted = False


def _mount(folder: Path) -> str | None:
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},uid={os.getuid()}", "tmpfs", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else " ".join(done.stderr.split()) or "mount failed"


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "--lazy", str(folder)], check=False, capture_output=True)
