"""Which worker process the running code belongs to: all tasks that a process starts inherit it."""

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.unit.streams.timing.process import Process

current: ContextVar["Process"] = ContextVar("current")
