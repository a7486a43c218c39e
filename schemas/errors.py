"""Errors that carry what to do about them. The runner maps them in one place; nobody else decides."""

from schemas.reasons import Disposition, Reason, Stage


class DragomanError(Exception):
    """The base of every error raised on purpose.

    `disposition` says what the runner does. The message is safe to show: it never holds a payload.
    """

    disposition: Disposition = Disposition.EXIT


class Refused(DragomanError):
    """A record that cannot be processed as it is: it goes to `dead-letter` with its original bytes."""

    disposition = Disposition.DEAD_LETTER

    def __init__(self, stage: Stage, reason: Reason, message: str, *, retryable: bool = False) -> None:
        super().__init__(message)
        self.stage = stage
        self.reason = reason
        self.message = message
        self.retryable = retryable


class Transient(DragomanError):
    """The work may succeed if tried again in place: an inference time-out, a broker that is away."""

    disposition = Disposition.RETRY


class Fatal(DragomanError):
    """The process cannot do its work any more: it ends non-zero, without a commit."""

    disposition = Disposition.EXIT


class OperatorError(Fatal):
    """Something only the person at the keyboard can put right; the message is one line that says how. Exit code 2."""
