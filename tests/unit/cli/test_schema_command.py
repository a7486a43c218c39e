"""`dragoman schema` as it is called."""

import json

import pytest
from typer.testing import CliRunner

from cli.schema import app
from schemas.errors import OperatorError
from schemas.generation import CHECKED_IN, contracts


def call(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_export_writes_what_is_checked_in(tmp_path):
    folder = tmp_path / "new" / "contracts"
    result = call("export", "--dir", str(folder), "--json")
    assert result.exit_code == 0
    assert sorted(json.loads(result.stdout)["written"]) == sorted(contracts())
    for path in folder.iterdir():
        assert path.read_bytes() == (CHECKED_IN / path.name).read_bytes()


def test_check_finds_a_document_that_differs(tmp_path):
    call("export", "--dir", str(tmp_path))
    assert json.loads(call("export", "--dir", str(tmp_path), "--check", "--json").stdout)["ok"] is True
    (tmp_path / "asyncapi.json").write_text("{}")
    result = call("export", "--dir", str(tmp_path), "--check", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["drifted"] == ["asyncapi.json"]
    assert (tmp_path / "asyncapi.json").read_text() == "{}"
    said = call("export", "--dir", str(tmp_path), "--check")
    assert said.exit_code == 1
    assert "asyncapi.json" in said.stderr


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "file").write_text("")
    result = call("export", "--dir", str(tmp_path / "file"))
    assert isinstance(result.exception, OperatorError)
    assert "cannot write" in str(result.exception)


@pytest.mark.parametrize("flags", [(), ("--json",)])
def test_show_prints_the_whole_document(flags):
    result = call("show", "review-localized", *flags)
    assert json.loads(result.stdout) == json.loads((CHECKED_IN / "review-localized.v1.schema.json").read_bytes())
    assert len(result.stdout.splitlines()) == 1 or not flags


def test_show_of_an_unknown_contract_names_the_known_ones():
    result = call("show", "reviews")
    assert isinstance(result.exception, OperatorError)
    assert "asyncapi" in str(result.exception)
