"""Packages from npm that tests judge with: installed once, from a lock that names no address."""

import json
import os
import shutil
import subprocess

import pytest


def absent(why):
    """In CI nothing is skipped; a person without node is told what does not run."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def versions(lock):
    return {path: entry["version"] for path, entry in json.loads(lock.read_bytes())["packages"].items() if path}


def is_installed(folder):
    """npm writes its hidden lock last, so what it names is there; another lock here asks for another install."""
    hidden = folder / "node_modules" / ".package-lock.json"
    return hidden.exists() and versions(hidden) == versions(folder / "package-lock.json")


def install(folder, what):
    """Have what the lock in `folder` names; `what` says whose test cannot run otherwise."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not (node and npm):
        absent(f"{what} cannot run here: node and npm are not installed")
    if not is_installed(folder):
        command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        installed = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=240, check=False)
        if installed.returncode:
            absent(f"{what} cannot run here: `npm ci` failed in {folder}: {installed.stderr[-300:]}")
    return node


def check_lock(folder):
    """The lock names no address, and a hash for every package."""
    lock = (folder / "package-lock.json").read_text("utf-8")
    assert "://" not in lock
    assert '"resolved"' not in lock
    assert all("integrity" in entry for path, entry in json.loads(lock)["packages"].items() if path)
