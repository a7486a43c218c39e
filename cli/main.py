"""The command `dragoman`: every subcommand is a module of this room."""

import sys

import typer

from schemas.errors import OperatorError

app = typer.Typer(
    name="dragoman",
    help="Event-driven localization: Kafka events in, the same facts in every language out, exactly once.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def main() -> None:
    """Event-driven localization: Kafka events in, the same facts in every language out, exactly once."""


def run() -> None:
    """Run the command line; an operator's mistake is one line on standard error and exit code 2."""
    try:
        app()
    except OperatorError as error:
        print(f"dragoman: {error}", file=sys.stderr)  # noqa: T201  (the one place that speaks to the terminal raw)
        sys.exit(2)
