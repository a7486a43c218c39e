import json

import pytest
from typer.testing import CliRunner

from cli.main import build_app
from schemas.errors import OperatorError


@pytest.fixture
def run(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)

    def call(*arguments, stdin=None):
        app = build_app(("detect",))
        return CliRunner().invoke(app, ["detect", *arguments], input=stdin)

    return call


def answers(result):
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_each_text_is_a_case(run):
    found = answers(run("Frete grátis", "Spedizione gratuita", "--locales", "en,pt-BR,es", "--json"))
    assert [one["locale"] for one in found] == ["pt-BR", None]
    assert [one["language"] for one in found] == ["pt", "it"]
    assert found[0]["confidence"] >= 0.7 > found[1]["confidence"]
    assert found[0]["candidates"][0]["locale"] == "pt-BR"
    assert {one["mixed"] for one in found} == {False}
    assert found[0]["script"] == "Latn"
    assert [one["warnings"] for one in found] == [[], ["language_uncertain"]]


def test_mixtures_and_regions_that_are_not_served_are_warned_of(run):
    mixture = "Great product. Muy buena calidad, me encantó."
    found = answers(run(mixture, "Capa para telemóvel", "--locales", "en,es,pt-BR", "--json"))
    assert "mixed_language" in found[0]["warnings"]
    assert found[1]["locale"] == "pt-BR"
    assert found[1]["warnings"] == ["region_fallback"]


def test_lines_name_their_texts_and_locales_and_keep_the_rest(run, tmp_path):
    cases = [
        {"id": 7, "text": "Sehr gut", "locales": ["de_DE", "EN"], "note": {"kept": True}},
        {"texts": ["免費送貨到府"], "locales": "zh-CN,zh-Hant"},
        {"title": "Funda", "body": "Muy buena, llegó rápido"},
        {"text": ""},
    ]
    file = tmp_path / "cases.jsonl"
    file.write_text("\ufeff" + "\n\n".join(json.dumps(case) for case in cases), "utf-8")
    found = answers(run("--file", str(file), "--json"))
    assert [one["locale"] for one in found] == ["de_DE", "zh-Hant", "es", None]
    assert (found[0]["id"], found[0]["note"]) == (7, {"kept": True})
    assert found[3]["language"] is None


def test_standard_input_is_read_and_shown_as_a_table(run):
    result = run(
        "--file", "-", "--locales", "en,es", stdin='{"text": "Great product. Muy buena calidad, me encantó."}\n'
    )
    assert result.exit_code == 0
    assert "mixed" in result.stdout


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2"),
        ("[]", "line 2"),
        ('{"other": 1}', "line 2: needs `text`"),
        ('{"text": 5}', "line 2"),
        ('{"text": "a", "locales": ["klingon"]}', "line 2: locales"),
        ('{"text": "a", "locales": []}', "line 2: locales: name at least one"),
        ('{"text": "a", "locales": 3}', "line 2: `locales`"),
    ],
)
def test_a_bad_line_is_named(run, line, said):
    result = run("--file", "-", "--json", stdin=f'{{"text": "hello"}}\n{line}\n')
    assert isinstance(result.exception, OperatorError)
    assert said in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize("arguments", [(), ("text", "--file", "-"), ("text", "--locales", "en,xx"), ("--file", "none")])
def test_what_an_operator_gets_wrong_is_one_line(run, arguments):
    assert isinstance(run(*arguments).exception, OperatorError)
