"""Settings that would fail later, or give a secret away, are refused when they are read."""

import pytest

from schemas.errors import OperatorError
from schemas.settings import load

CANARY = "canary-9d2e"
SCRAM = {"SECURITY_PROTOCOL": "SASL_SSL", "USERNAME": "u"}
TOKENS = {"SECURITY_PROTOCOL": "SASL_SSL", "SASL_MECHANISM": "OAUTHBEARER"}
CLIENT = {"OAUTH_CLIENT_ID": "c", "OAUTH_CLIENT_SECRET": CANARY}


def read(monkeypatch, tmp_path, **settings):
    monkeypatch.chdir(tmp_path)
    for name, value in settings.items():
        monkeypatch.setenv(f"DRAGOMAN_{name}" if "__" in name else f"DRAGOMAN_KAFKA__{name}", value)
    return load()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (SCRAM, "SCRAM-SHA-512 needs username, and password or password_file"),
        ({**SCRAM, "PASSWORD": CANARY, "PASSWORD_FILE": "/f"}, "password and password_file are both set"),
        ({**SCRAM, "SASL_MECHANISM": "PLAIN", "PASSWORD": CANARY}, "kafka.sasl_mechanism"),
        (TOKENS, "OAUTHBEARER needs oauth_url or oauth_token_file"),
        ({**TOKENS, "OAUTH_URL": "https://a/t"}, "oauth_url needs oauth_client_id"),
        ({**TOKENS, **CLIENT, "OAUTH_URL": "http://a/t"}, "oauth_url must be https://"),
        ({**TOKENS, **CLIENT, "OAUTH_URL": f"https://u:{CANARY}@a/t"}, "oauth_url must be https://"),
        ({**TOKENS, **CLIENT, "OAUTH_URL": "https://a/t", "OAUTH_TOKEN_FILE": "/f"}, "one of them"),
        ({"SECURITY_PROTOCOL": "SSL", "KEY_FILE": "/f"}, "set certificate_file"),
        ({"HTTP__TOKEN": CANARY, "HTTP__OPEN": "true"}, "open and a token are both set"),
        ({"HUB__TOKEN": CANARY, "HUB__TOKEN_FILE": "/f"}, "token and token_file are both set"),
        ({"ACL__PRINCIPALS": '{"worker": "w"}'}, "write User:w"),
        ({"PASSWORDS": CANARY}, "unknown setting kafka.passwords"),
        ({"PARTITIONS": CANARY}, "is no JSON"),
    ],
)
def test_what_cannot_work_is_refused_in_one_line_without_a_secret(monkeypatch, tmp_path, settings, said):
    with pytest.raises(OperatorError) as error:
        read(monkeypatch, tmp_path, **settings)
    seen, chain = "", error.value
    while chain is not None:  # whoever logs the exception logs its causes
        seen, chain = f"{seen}{chain}{chain!r}", chain.__cause__
    assert said in str(error.value)
    assert "\n" not in str(error.value)
    assert CANARY not in seen


def test_secrets_are_masked_wherever_settings_are_shown(monkeypatch, tmp_path):
    from streams.logs import masked

    settings = read(monkeypatch, tmp_path, **SCRAM, PASSWORD=CANARY, HTTP__TOKEN=CANARY, HUB__TOKEN=CANARY)
    assert CANARY not in f"{settings} {settings!r} {settings.model_dump_json()} {masked(settings)}"
    assert settings.kafka.password.get_secret_value() == CANARY
    file = read(monkeypatch, tmp_path, OAUTH_TOKEN_FILE="/run/token")  # noqa: S106  (a path)
    assert str(masked(file)["kafka.oauth_token_file"]) == "/run/token"
