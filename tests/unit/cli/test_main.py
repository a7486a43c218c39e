"""The command line as a whole: what it says of a slip of the pen, and how it ends."""

import re
import sys

import pytest
import typer

from cli import main
from schemas.errors import Fatal, OperatorError


def ran(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["dragoman", *words])
    with pytest.raises(SystemExit) as left:
        main.run()
    return 0 if left.value.code is None else int(left.value.code)


@pytest.mark.parametrize(
    ("words", "path", "said"),
    [
        ("offsets reset", " offsets reset", "Missing option '--to'"),
        ("acl --partner x", " acl", "No such option: --partner"),
        ("offset show", "", "No such command 'offset'. Did you mean 'offsets'?"),
    ],
)
def test_a_slip_of_the_pen_is_one_line_and_exit_code_2(monkeypatch, capsys, words: str, path: str, said: str):
    assert ran(monkeypatch, *words.split()) == 2
    told = capsys.readouterr()
    # The program is called what the process was started as.
    assert re.fullmatch(rf"(.+){path}: {re.escape(said)}; see `\1{path} --help`\n", told.err)
    assert told.out == ""


def test_without_a_word_it_shows_the_help_once(monkeypatch, capsys):
    assert ran(monkeypatch) == 2
    said = capsys.readouterr()
    assert (said.out + said.err).count("Usage:") == 1
    assert "relocalize" in said.out + said.err


def test_exit_codes_of_commands_are_kept_and_errors_are_a_line(monkeypatch, capsys):
    codes = {"none": 0, "one": 1, "abort": 130, "operator": 2, "fault": 1}

    def build(_: object) -> typer.Typer:
        app = typer.Typer()

        @app.command()
        def end(how: str) -> None:
            if how == "abort":
                raise typer.Abort
            if how == "operator":
                raise OperatorError("do this")
            if how == "fault":
                raise Fatal("it broke")
            if codes[how]:
                raise typer.Exit(codes[how])

        return app

    monkeypatch.setattr(main, "build_app", build)
    assert {how: ran(monkeypatch, how) for how in codes} == codes
    assert capsys.readouterr().err == "dragoman: do this\ndragoman: it broke\n"
