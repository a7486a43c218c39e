"""What an operator may mistype is one line that names the setting."""

import pytest

from schemas.errors import OperatorError
from schemas.settings import load, origins


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
