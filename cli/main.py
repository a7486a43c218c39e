"""The command `dragoman`: every subcommand is a module of this room, imported only when it is called."""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer

from schemas.errors import DragomanError, OperatorError

# Subcommand -> what `dragoman --help` says of it. Its module is cli/<name>.py (a dash becomes an underscore) and holds
# `app`, a Typer of further subcommands, or `command`, a function.
COMMANDS: Final = {
    "acl": "Show, check or grant what each service may do at Kafka.",
    "dead-letters": "List, show, replay and drop what could not be processed.",
    "demo": "Watch real events turn into other languages, on a Kafka of its own.",
    "detect": "Tell the language of texts, among the locales served and in the world.",
    "doctor": "Check this machine, its models, its Kafka and its topics.",
    "drain": "Have workers finish what is in flight, commit it and leave.",
    "evaluate": "Measure translation quality of the whole localization on your own sentences.",
    "gate": "Judge translations: which may be shown, and what each of the others breaks.",
    "glossary": "Check a file of fixed translations, and see what it matches.",
    "kafka": "Start, stop and look at an Apache Kafka on this machine.",
    "lag": "Show how far behind each partition is, in records and in seconds.",
    "logistics": "Map carriers' codes to statuses, and show the phrases of a status.",
    "memory": "See what the translation memory holds, and what people have corrected.",
    "models": "List, build, pull, convert and verify the models.",
    "offsets": "Show where the group stands, and move it by hand.",
    "page": "Serve the live page: lag, latency, dead letters, and events before and after.",
    "publish": "Send events from a file to a topic.",
    "relocalize": "Localize again what a new glossary, model or locale has put out of date.",
    "schema": "Show and export the contracts as JSON Schema and AsyncAPI.",
    "tail": "Follow a topic, source and translation side by side.",
    "topics": "Create the topics, or check that they are as they must be.",
    "worker": "Consume events and emit them localized, exactly once.",
}


INTERRUPTED: Final = 130  # 128 and SIGINT, as shells have it
DESCRIPTION: Final = "Event-driven localization: Kafka events in, the same facts in every language out, exactly once."


def build_app(arguments: Sequence[str]) -> typer.Typer:
    """Make the command line; only the subcommand that `arguments` name is imported.

    The models' libraries alone take a second to import, and `dragoman logistics map` answers in less.
    """
    app = typer.Typer(
        name="dragoman", help=DESCRIPTION, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
    )
    app.callback()(lambda: None)
    named = next((argument for argument in arguments if not argument.startswith("-")), None)
    for name, line in COMMANDS.items():
        if name != named:
            app.command(name, help=line)(lambda: None)  # only its line is shown
            continue
        module = import_module(f"cli.{name.replace('-', '_')}")
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name, help=line)
        else:
            app.command(name)(module.command)
    return app


def run() -> None:
    """Run the command line; an operator's mistake is one line on standard error and exit code 2."""
    try:
        sys.exit(build_app(sys.argv[1:])(standalone_mode=False))
    except DragomanError as error:
        sys.stderr.write(f"dragoman: {error}\n")
        sys.exit(2 if isinstance(error, OperatorError) else 1)
    except typer.TyperException as error:
        if said := error.format_message():  # nothing, where the help has just been shown for want of arguments
            sys.stderr.write(f"{_usage(error, said)}\n")
        sys.exit(error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(INTERRUPTED)


def _usage(error: typer.TyperException, said: str) -> str:
    """One line of what typer would draw a box for: a missing option, a word that is no command."""
    context = getattr(error, "ctx", None)  # of a usage error
    path = context.command_path if context else "dragoman"
    return f"{path}: {' '.join(said.split()).rstrip('.')}; see `{path} --help`"
