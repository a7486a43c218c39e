"""What others wrote is as they wrote it, with its licence."""

from hashlib import sha256
from pathlib import Path

import streams.page

VENDOR = Path(streams.page.__file__).parent / "static" / "vendor"


def test_vendored_files_are_those_recorded():
    recorded = {}
    for line in (VENDOR / "SHA256SUMS").read_text("ascii").splitlines():
        digest, name = line.split()
        recorded[name] = digest
    there = {str(path.relative_to(VENDOR)) for path in VENDOR.glob("*/*")}
    assert recorded.keys() == there
    assert {name: sha256((VENDOR / name).read_bytes()).hexdigest() for name in recorded} == recorded


def test_each_has_its_licence_and_is_named():
    folders = [folder for folder in VENDOR.iterdir() if folder.is_dir()]
    named = (VENDOR / "README.md").read_text("utf-8")
    assert folders
    for folder in folders:
        assert "Permission is hereby granted" in (folder / "LICENSE").read_text("utf-8")
        assert f"`{folder.name}/LICENSE`" in named
