"""Structured logs on standard error: one line per abnormal event, with its consequence, never a payload."""

import logging
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import structlog
from pydantic import BaseModel, SecretStr

from localization.privacy.rules import without_personal
from schemas.report import (
    LaneOpened,
    LaneReopening,
    ModelFailed,
    ModelRebuilt,
    ProviderChosen,
    Rebalanced,
    Report,
    Reporter,
    TransactionCommitted,
)
from schemas.settings import LogSettings, Settings
from streams.reach import keep_client_errors
from streams.repeats import LIBRARIES, Repeats

MASK: Final = "********"
SECRET_WORDS: Final = ("password", "secret", "token", "credential", "api_key", "private_key")
ERROR_CHARS_MAX: Final = 300  # an error's text is for a line of a log; what a library quotes in it is cut off


def configure_logging(settings: LogSettings) -> None:
    """Send every log line of this process through structlog to standard error.

    `format` auto means readable lines on a terminal and one JSON object a line elsewhere. Tracebacks hold no local
    variables, because those hold payloads. Calling it again replaces what was set before.
    """
    console = settings.format == "console" or (settings.format == "auto" and sys.stderr.isatty())
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_renderers(console=console))
    )
    handler.addFilter(Repeats())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.level.upper())
    # What these say at INFO is their own book-keeping; what goes wrong they say at WARNING and above.
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.WARNING)
    keep_client_errors()
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


def _without_personal(_logger: object, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    """Redact what a library's error may quote of a payload; our own lines hold none."""
    return {key: without_personal(value) if isinstance(value, str) else value for key, value in event.items()}


def _renderers(*, console: bool) -> list[structlog.types.Processor]:
    clean = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if console:
        return [
            clean,
            _without_personal,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ]
    return [clean, structlog.processors.format_exc_info, _without_personal, structlog.processors.JSONRenderer()]


def masked(settings: BaseModel) -> dict[str, Any]:
    """Return the settings as flat `section.key` -> value; a secret's value is a mask of fixed length."""
    flat: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            flat |= {f"{name}.{key}": inner for key, inner in masked(value).items()}
        else:
            flat[name] = MASK if value is not None and _is_secret(name, value) else value
    return flat


def _is_secret(name: str, value: object) -> bool:
    """Whether a value must not be shown; where a secret stands is none."""
    if isinstance(value, Path):
        return False
    return isinstance(value, SecretStr) or any(word in name.lower() for word in SECRET_WORDS)


def log_settings(settings: Settings) -> None:
    """Say once, at start, what this process runs with."""
    shown = {
        key: value if isinstance(value, int | float | bool | None) else str(value)
        for key, value in masked(settings).items()
    }
    structlog.get_logger("dragoman").info("settings", **shown)


def fan_out(*reporters: Reporter) -> Reporter:
    """Return a reporter that hands each report to all of these, in order."""

    def report(fact: Report) -> None:
        for reporter in reporters:
            reporter(fact)

    return report


def fell_back(choice: ProviderChosen) -> bool:
    """Whether a model, or a part of it, runs elsewhere than the settings asked for; `auto` and "" ask for nothing."""
    wanted = choice.wanted.lower()
    elsewhere = wanted not in {"", "auto"} and not choice.provider.lower().startswith(wanted)
    return elsewhere or bool(choice.strays)


class LogReporter:
    """Logs what an operator may have to act on; ordinary work is left to the metrics."""

    def __init__(self) -> None:
        self._log = structlog.get_logger("dragoman")
        self._handlers: Mapping[type[Report], Callable[[Any], None]] = {
            TransactionCommitted: self._committed,
            LaneOpened: self._opened,
            LaneReopening: self._reopening,
            Rebalanced: self._rebalanced,
            ProviderChosen: self._provider,
            ModelFailed: self._model_failed,
            ModelRebuilt: self._model_rebuilt,
        }

    def __call__(self, report: Report) -> None:
        """Log the report if it is of an abnormal or rare kind."""
        handler = self._handlers.get(type(report))
        if handler is not None:
            handler(report)

    def _committed(self, report: TransactionCommitted) -> None:
        if report.dead_letters:
            self._log.warning(
                "dead_letters",
                topic=report.topic,
                partition=report.partition,
                reasons=dict(report.dead_letters),
                consequence="the original bytes are in dead-letter; the other records went through",
            )

    def _opened(self, report: LaneOpened) -> None:
        self._log.info(
            "lane_opened",
            topic=report.topic,
            partition=report.partition,
            offset=report.offset,
            restored=report.restored,
            on_disk=report.on_disk,
            seconds=round(report.seconds, 3),
        )

    def _reopening(self, report: LaneReopening) -> None:
        self._log.warning(
            "lane_fenced" if report.fenced else "lane_reopening",
            topic=report.topic,
            partition=report.partition,
            error=_short(report.error),
            consequence="another owner took the partition over; what was not committed will be done again by its owner"
            if report.fenced
            else "nothing is lost; what was not committed will be done again",
        )

    def _rebalanced(self, report: Rebalanced) -> None:
        self._log.info("rebalanced", assigned=report.assigned, kept=report.kept, seconds=round(report.seconds, 3))

    def _provider(self, report: ProviderChosen) -> None:
        if fell_back(report):
            self._log.warning(
                "provider_fallback",
                model=report.model,
                provider=report.provider,
                wanted=report.wanted,
                reason=_short(report.reason),
                operators_on_the_cpu=list(report.strays),
                consequence="translations are right but slower",
            )
        else:
            self._log.info("provider_active", model=report.model, provider=report.provider)

    def _model_failed(self, report: ModelFailed) -> None:
        self._log.error(
            "model_failed",
            model=report.model,
            poison=report.poison,
            error=_short(report.error),
            consequence="the one text at fault is set aside; the others go on"
            if report.poison
            else "the texts of this run are tried again in smaller runs",
        )

    def _model_rebuilt(self, report: ModelRebuilt) -> None:
        self._log.warning(
            "model_rebuilt",
            model=report.model,
            problem=_short(report.problem),
            consequence="it was built again from its weights; look at the disk if this comes back",
        )


def _short(error: str) -> str:
    line = " ".join(error.split())
    return line if len(line) <= ERROR_CHARS_MAX else line[: ERROR_CHARS_MAX - 1] + "…"
