"""The command line as a whole: what it says of a slip of the pen, and how it ends."""

import sys

import pytest
import typer

from cli import main


def ran(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr(sys, "argv", ["dragoman", *words])
    with pytest.raises(SystemExit) as left:
        main.run()
    return 0 if left.value.code is None else int(left.value.code)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("offsets reset", "offsets reset: Missing option '--to'; see `{0} offsets reset --help`"),
        ("acl --partner x", "acl: No such option: --partner; see `{0} acl --help`"),
        ("offset show", ": No such command 'offset'. Did you mean 'offsets'?; see `{0} --help`"),
    ],
)
def test_a_slip_of_the_pen_is_one_line_and_exit_code_2(monkeypatch, capsys, words: str, line: str):
    assert ran(monkeypatch, *words.split()) == 2
    said = capsys.readouterr()
    program = said.err.split()[0].rstrip(":")  # what the process was started as
    assert said.err == f"{program}{' ' if line[0] != ':' else ''}{line.format(program)}\n"
    assert said.out == ""


def test_without_a_word_it_shows_the_help_once(monkeypatch, capsys):
    assert ran(monkeypatch) == 2
    said = capsys.readouterr()
    assert (said.out + said.err).count("Usage:") == 1
    assert "relocalize" in said.out + said.err


def test_exit_codes_of_commands_are_kept(monkeypatch):
    codes = {"none": 0, "one": 1, "abort": 130}

    def build(_: object) -> typer.Typer:
        app = typer.Typer()

        @app.command()
        def end(how: str) -> None:
            if how == "abort":
                raise typer.Abort
            if codes[how]:
                raise typer.Exit(codes[how])

        return app

    monkeypatch.setattr(main, "build_app", build)
    assert {how: ran(monkeypatch, how) for how in codes} == codes
