import json

import pytest
from typer.testing import CliRunner

from cli.glossary import app
from schemas.errors import OperatorError

GOOD = "source_locale,target_locale,term,translation,case_sensitive\nen,pt-BR,throw pillow,almofada,\nen,pt-BR,Ring,Ring,yes\n"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(GOOD)
    return path


def call(*arguments: str):
    return CliRunner().invoke(app, ["check", *arguments], catch_exceptions=False, env={"COLUMNS": "160"})


def test_entries_and_pairs_are_listed(file):
    shown = call(str(file)).stdout
    assert "throw pillow" in shown
    assert "as it is, case" in shown
    assert "not translated" in shown


def test_a_text_shows_what_would_match(file):
    arguments = ("--text", "Two Throw pillows", "--from", "en", "--to", "pt-BR")
    shown = call(str(file), *arguments).stdout
    assert "Throw pillows" in shown
    document = json.loads(call(str(file), *arguments, "--json").stdout)
    assert document["matches"] == [
        {"found": "Throw pillows", "translation": "Almofadas", "term": "throw pillow", "line": 2}
    ]


def test_json_holds_entries_and_version(file):
    document = json.loads(call(str(file), "--json").stdout)
    assert document["problems"] == []
    assert "matches" not in document
    assert len(document["version"]) == 12
    assert [one["term"] for one in document["entries"]] == ["throw pillow", "Ring"]


def test_faults_are_told_with_their_lines_and_end_in_a_mistake(file):
    file.write_text(GOOD + "en,qq,a,b\nen,pt-BR,ring tone,\n")
    runner = CliRunner()
    result = runner.invoke(app, ["check", str(file)])
    assert isinstance(result.exception, OperatorError)
    assert "line 4: unknown language" in result.stderr
    assert "line 5: translation is empty" in result.stderr
    assert "2 of its lines" in str(result.exception)


def test_json_names_the_faults_too(file):
    file.write_text(GOOD + "en,qq,a,b\n")
    result = CliRunner().invoke(app, ["check", str(file), "--json"])
    assert json.loads(result.stdout)["problems"][0]["line"] == 4
    assert isinstance(result.exception, OperatorError)


@pytest.mark.parametrize(
    "arguments",
    [("--text", "a"), ("--from", "en", "--to", "pt-BR"), ("--text", "a", "--from", "qq", "--to", "en")],
)
def test_an_operators_mistake_is_one_line(file, arguments):
    with pytest.raises(OperatorError) as caught:
        call(str(file), *arguments)
    assert "\n" not in str(caught.value)
