"""What an operator may mistype is one line that names the setting."""

import pytest

from schemas.errors import OperatorError
from schemas.settings import load, origins
from schemas.topics import DAY_MS, INPUTS


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("DRAGOMAN_KAFKA", "abc", "no JSON"),
        ("DRAGOMAN_KAFKA__PARTITIONS", "abc", "no JSON"),
        ("DRAGOMAN_LOCALIZATION__LOCALES", "de", "no JSON"),
        ("DRAGOMAN_LOCALIZATION__LOCALES", '["xx-YY"]', "localization.locales"),
        ("DRAGOMAN_KAFKA__PARTITIONS", '{"listing-updated": -2}', "kafka.partitions"),
        ("DRAGOMAN_KAFKA__PARTITIONS", '{"foo": 1}', "kafka.partitions"),
        ("DRAGOMAN_KAFKA__BOOTSTRAP", "127.0.0.1:99999", "no host:port"),
        ("DRAGOMAN_KAFKA__BOOTSTRAP", "127.0.0.1:abc", "no host:port"),
        ("DRAGOMAN_KAFKA__BOOTSTRAP", "", "no host:port"),
        ("DRAGOMAN_KAFKA__GROUP", "", "kafka.group"),
        ("DRAGOMAN_KAFKA__FOO", "1", "unknown setting kafka.foo"),
        ("DRAGOMAN_HTTP__PORT", "99999", "http.port"),
        ("DRAGOMAN_FOO", "1", "unknown setting DRAGOMAN_FOO"),
        ("DRAGOMAN_POOL__DEVICE", "tpu", "pool.device"),
    ],
)
def test_a_mistake_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, said: str) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(OperatorError) as caught:
        load()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_where_settings_come_from_survives_a_mistake_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAGOMAN_KAFKA__PARTITIONS", "abc")
    with pytest.raises(OperatorError, match="no JSON"):
        origins()


def test_a_partial_table_of_partitions_is_filled_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DRAGOMAN_KAFKA__PARTITIONS", '{"listing-updated": 12}')
    settings = load()
    assert settings.kafka.partitions == dict.fromkeys(INPUTS, 4) | {"listing-updated": 12}
    counts = {spec.name: spec.partitions for spec in settings.topics()}
    assert (counts["listing-localized.en"], counts["translation-corrections"], counts["translation-memory"]) == (
        12,
        4,
        12,
    )


def test_the_memory_expires_and_what_people_corrected_does_not() -> None:
    policies = {spec.name: spec.configs() for spec in load().topics()}
    assert policies["translation-memory"] == {"cleanup.policy": "compact,delete", "retention.ms": str(90 * DAY_MS)}
    assert policies["translation-corrections"] == {"cleanup.policy": "compact"}
