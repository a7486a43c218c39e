"""Every setting in one typed object. The only module that reads the environment.

Environment (`DRAGOMAN_KAFKA__BOOTSTRAP`) over file (`dragoman.toml`, or the file `DRAGOMAN_CONFIG` names) over
defaults. An unknown key is refused, wherever it stands.
"""

import os
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

from schemas.errors import OperatorError
from schemas.locales import parse_locale
from schemas.secrets import require_one
from schemas.sections import Section
from schemas.security import AclSettings, KafkaSecurity
from schemas.topics import INPUTS, TopicSpec, topic_specs

PREFIX: Final = "DRAGOMAN_"
CONFIG_VARIABLE: Final = "DRAGOMAN_CONFIG"
PORTS: Final = 65_536
TOKEN_CHARACTERS: Final = 16
PARTITIONS: Final = 4  # of an input topic that the settings do not name


class KafkaSettings(KafkaSecurity):
    """How to reach the broker and what the topics look like."""

    bootstrap: str = Field(default="127.0.0.1:9092", description="host:port, several joined by commas")
    group: str = Field(default="dragoman", min_length=1)
    instance_id: str | None = Field(default=None, description="static membership: a restart keeps its partitions")
    leave_on_stop: bool = Field(default=False, description="static members: who is stopped is not coming back")
    partitions: dict[str, int] = Field(default_factory=lambda: dict.fromkeys(INPUTS, PARTITIONS))
    replication: int = Field(default=1, ge=1)
    session_timeout_s: float = 6.0
    heartbeat_s: float = 1.0
    request_timeout_s: float = 5.0
    max_record_bytes: int = Field(default=1_000_000, ge=1, description="largest record the broker takes")

    @field_validator("bootstrap")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for address in value.split(","):
            host, _, port = address.strip().rpartition(":")
            if not host or not port.isdecimal() or not 0 < int(port) < PORTS:
                raise ValueError(f"{address!r} is no host:port")
        return value

    @field_validator("partitions")
    @classmethod
    def _counts(cls, value: dict[str, int]) -> dict[str, int]:
        if not set(value) <= set(INPUTS) or min(value.values(), default=1) < 1:
            raise ValueError(f"must give a number of at least 1 for one or more of {', '.join(INPUTS)}")
        return dict.fromkeys(INPUTS, PARTITIONS) | value


class LaneSettings(Section):
    """Bounds and times of a lane: one input partition's work in flight and its transactions."""

    window: int = Field(default=256, ge=1, description="records of one partition in flight at once")
    window_bytes: int = Field(default=16_000_000, ge=1, description="bytes of one partition's records in flight")
    fetch_records: int = Field(default=500, ge=1, description="records taken from the fetcher at a time")
    commit_interval_s: float = Field(default=0.1, ge=0, description="pause between two transactions of a lane")
    transaction_records: int = Field(default=2000, ge=1)
    transaction_timeout_s: float = 10.0
    open_timeout_s: float = 30.0
    work_bytes: int = Field(default=96_000, ge=1, description="bytes of one topic's events in localization at once")
    replay_window: int = Field(default=256, ge=1, description="records of one partition in flight in a replay")
    replay_bytes: int = Field(
        default=500, ge=1, description="bytes of replayed events in localization at once; more hold live events up"
    )
    localize_timeout_s: float = Field(
        default=60.0,
        description="a record that takes longer, not counting its waits for its turn in the pool, is a dead letter",
    )
    state_dir: Path | None = Field(default=None, description="where state is kept on disk; default: per user")
    revoke_flush_s: float = 2.0
    shutdown_flush_s: float = 5.0


class PoolSettings(Section):
    """The inference pool."""

    threads: int = Field(
        default=0,
        ge=0,
        description="worker threads; 0 means one per core this process may use, or one alone with translation on a GPU",
    )
    slots: int = Field(
        default=0, ge=0, description="sentences decoded together by one thread; 0 means what suits this processor"
    )
    beam: int = Field(default=4, ge=2, le=16, description="hypotheses of a beam search, where one is asked for")
    queue: int = Field(default=512, ge=1, description="requests waiting per model; more means the caller waits")
    request_timeout_s: float = Field(
        default=30.0,
        description="a request that is computed for longer fails, or one that waits while none is answered",
    )
    device: str = Field(
        default="auto", pattern=r"^(auto|cpu|cuda(:\d+)?)$", description="auto, cpu, cuda, or cuda:N for the Nth GPU"
    )
    gpu_memory_gb: float | None = Field(
        default=None, gt=0, description="memory that each session may take on a GPU; default: all there is"
    )
    nice: int = Field(default=10, ge=0, le=19)
    models_dir: Path | None = Field(default=None, description="where built models are cached; default: per user")
    models: tuple[str, ...] = Field(
        default=(), description="translation models by name, preferred ones first; none: all, converted before bundled"
    )
    embedding_model: str | None = Field(
        default=None, description="the embedding model by name; default: the bundled one; empty: none"
    )
    tagging_model: str | None = Field(
        default=None, description="finds personal data; default: the bundled one, if it is installed; empty: none"
    )


class HubSettings(Section):
    """Where `dragoman models pull` takes weights from, and whose it takes."""

    endpoint: str | None = Field(default=None, pattern="^https?://", description="a mirror; default: the hub itself")
    token: SecretStr | None = Field(default=None, description="only for models whose terms ask for an account")
    token_file: Path | None = None
    allow: tuple[str, ...] = Field(
        default=("Helsinki-NLP", "facebook", "sentence-transformers", "intfloat", "mozilla"),
        description="owners, or owner/model, whose weights may be pulled",
    )
    downloads_dir: Path | None = Field(default=None, description="where downloads are kept; default: per user")
    timeout_s: float = Field(default=30.0, gt=0, description="how long the hub may take to answer")

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        require_one(self.__dict__, "token")
        return self


class TracingSettings(Section):
    """Spans for an OpenTelemetry collector; the extra `tracing`."""

    endpoint: str | None = Field(
        default=None, pattern="^https?://", description="of a collector that takes OTLP over HTTP; none: no tracing"
    )
    ratio: float = Field(default=0.0, ge=0, le=1, description="share of events without a trace of their own to trace")
    service: str = Field(default="dragoman", min_length=1)


class LocalizationSettings(Section):
    """What is translated, and what is shown when it cannot be."""

    locales: tuple[str, ...] = ("en", "pt-BR", "es", "fr", "de", "zh-CN")
    partners: tuple[str, ...] = ("default",)
    default_source_locale: str | None = Field(default=None, description="used instead of detection when set")
    detect_confidence: float = Field(default=0.7, ge=0, le=1)
    memory_entries: int = Field(default=50_000, ge=0, description="translations one worker keeps in its own memory")
    memory_dir: Path | None = Field(default=None, description="where translations are kept on disk; default: per user")
    memory_disk_entries: int = Field(default=2_000_000, ge=1, description="translations kept on disk, newest used stay")
    protected_terms: tuple[str, ...] = Field(default=(), description="never translated, wherever they stand")
    glossary: Path | None = Field(default=None, description="a file of fixed translations (docs/localization.md)")
    units: str = Field(
        default="both", pattern="^(both|source)$", description="measures in the reader's system too, or as written"
    )
    rates: Path | None = Field(
        default=None, description="a file of dated exchange rates; without one no money converts"
    )
    embed_listings: bool = True
    find_personal_data: bool = Field(default=True, description="protect what reviews and carriers say of people")

    @field_validator("locales")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(parse_locale(tag)) for tag in value)


class HttpSettings(Section):
    """The worker's own `/live`, `/ready` and `/metrics`. Port 0 takes a free one, -1 serves nothing."""

    host: str = "127.0.0.1"
    port: int = Field(default=6066, ge=-1, lt=PORTS)
    token: SecretStr | None = Field(default=None, description="whoever asks for /metrics must know it")
    token_file: Path | None = None
    open: bool = Field(default=False, description="no token although others reach it: something else keeps them out")

    @property
    def url(self) -> str | None:
        """The address of the worker that these settings would start; None where its port is not fixed."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}" if self.port > 0 else None

    @model_validator(mode="after")
    def _one_token(self) -> Self:
        require_one(self.__dict__, "token")
        if self.open and (self.token or self.token_file):
            raise ValueError("open and a token are both set: one of them is meant")
        return self


class PageSettings(Section):
    """The live page of `dragoman page`. Port 0 takes a free one."""

    host: str = Field(default="127.0.0.1", description="another than a loopback address needs a token")
    port: int = Field(default=6067, ge=0, lt=PORTS)
    token: SecretStr | None = Field(default=None, description="who may look: `Authorization: Bearer`, or ?token= once")
    workers: tuple[str, ...] = Field(default=(), description="addresses of workers' metrics; none: that of `http`")
    every_s: float = Field(default=1.0, ge=0.2, description="how often lag and workers are asked")
    history_s: float = Field(default=900.0, ge=60, le=86_400, description="how far back the charts go")
    backlog: int = Field(default=200, ge=0, description="records of each output partition that are read at the start")

    @field_validator("token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < TOKEN_CHARACTERS:
            raise ValueError(f"must have at least {TOKEN_CHARACTERS} characters")
        return value


class LogSettings(Section):
    """Structured logs on standard error."""

    level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    format: str = Field(default="auto", pattern="^(auto|console|json)$")


class Settings(BaseSettings):
    """The effective settings of a process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        nested_model_default_partial_update=True,
    )

    kafka: KafkaSettings = KafkaSettings()
    lanes: LaneSettings = LaneSettings()
    pool: PoolSettings = PoolSettings()
    hub: HubSettings = HubSettings()
    localization: LocalizationSettings = LocalizationSettings()
    http: HttpSettings = HttpSettings()
    page: PageSettings = PageSettings()
    acl: AclSettings = AclSettings()
    logs: LogSettings = LogSettings()
    tracing: TracingSettings = TracingSettings()

    def topics(self) -> list[TopicSpec]:
        """Every topic of this deployment, inputs first."""
        texts = self.localization
        return topic_specs(self.kafka.partitions, texts.locales, texts.partners, self.kafka.max_record_bytes)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then what `load` read from the file."""
        return env_settings, init_settings


def load(path: Path | None = None) -> Settings:
    """Read the settings of this process; raises OperatorError with one line that names the key at fault."""
    values = _read_file(path)[1]
    _refuse_unknown_variables()
    try:
        return Settings(**values)
    except SettingsError as error:
        raise _not_json(error) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise OperatorError(f"unknown setting {key}: see `dragoman doctor --settings`") from error
        raise OperatorError(f"setting {key}: {first['msg'].removeprefix('Value error, ')}") from error


def _not_json(error: SettingsError) -> OperatorError:
    """pydantic-settings reads every variable that is no plain value as JSON, and does not say which it could not."""
    return OperatorError(
        'a setting in the environment is no JSON: lists read ["de","fr"], tables {"listing-updated":4}'
        f" ({' '.join(str(error).split())})"
    )


def _read_file(path: Path | None) -> tuple[Path, dict[str, Any]]:
    """Return the file of settings and what is in it: nothing, when no file is named and the usual one is not there."""
    named = path or (Path(os.environ[CONFIG_VARIABLE]) if CONFIG_VARIABLE in os.environ else None)
    file = named or Path("dragoman.toml")
    try:
        return file, tomllib.loads(file.read_text("utf-8")) if named or file.exists() else {}
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise OperatorError(f"cannot read settings from {file}: {error}") from error


def origins(path: Path | None = None) -> dict[str, str]:
    """Return where each `section.key` of the effective settings comes from: environment, the file's name, default."""
    file, values = _read_file(path)
    try:
        environment = EnvSettingsSource(Settings)()
    except SettingsError as error:
        raise _not_json(error) from error
    return {
        f"{section}.{key}": "environment"
        if key in environment.get(section, {})
        else str(file)
        if key in values.get(section, {})
        else "default"
        for section, field in Settings.model_fields.items()
        for key in type(field.default).model_fields
    }


def _refuse_unknown_variables() -> None:
    """pydantic-settings ignores a variable whose first word is no section; a misspelt one must not pass unseen."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    for variable in os.environ:
        if variable.startswith(PREFIX) and variable != CONFIG_VARIABLE and variable.split("__")[0] not in known:
            raise OperatorError(f"unknown setting {variable}: see `dragoman doctor --settings`")


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `settings` (variable to value) on top: what a child process is given."""
    return {**os.environ, **settings}


def cache_dir() -> Path:
    """Where this user's built models and Kafka jars are kept: `DRAGOMAN`-independent, `XDG_CACHE_HOME` is honoured."""
    base = os.environ.get("XDG_CACHE_HOME") or (Path.home() / ".cache")
    return Path(base) / "dragoman"


def runtime_dir() -> Path:
    """Where a running embedded broker leaves its pid file, per user."""
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    return Path(base) / f"dragoman-{os.getuid()}"
