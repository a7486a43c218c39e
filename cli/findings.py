"""What a check of `dragoman doctor` finds."""

from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    """FAIL stops a worker; WARN is something that a worker can do without."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Check(Struct, frozen=True):
    """One line of the doctor. `remedy` is what to type; empty when all is well."""

    name: str
    verdict: Verdict
    detail: str
    remedy: str = ""
