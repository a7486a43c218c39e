"""Concurrency inside one event: all pieces of work at once, and one plain error when a piece fails."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from schemas.errors import DragomanError
from schemas.reasons import Disposition

T = TypeVar("T")


@asynccontextmanager
async def task_group() -> AsyncIterator[asyncio.TaskGroup]:
    """A TaskGroup whose first failure withdraws the rest and is raised as itself, not in a group.

    The runner maps an error by its disposition, so a dead pool must not hide behind a time-out of the same moment.
    """
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as failures:
        raise _gravest(failures.exceptions) from failures


async def together(work: Iterable[Coroutine[Any, Any, T]]) -> tuple[T, ...]:
    """Run all pieces at once; returns their results in order."""
    work = tuple(work)
    if len(work) == 1:  # most fields are one segment, and a group costs more than the rest of the way
        return (await work[0],)
    async with task_group() as group:
        tasks = [group.create_task(piece) for piece in work]
    return tuple(task.result() for task in tasks)


def _gravest(failures: tuple[BaseException, ...]) -> BaseException:
    fatal = (f for f in failures if isinstance(f, DragomanError) and f.disposition is Disposition.EXIT)
    return next(fatal, failures[0])
