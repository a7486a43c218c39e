"""`dragoman dead-letters`: what it refuses, and that it shows letters, never their originals and never control codes."""

import io
from datetime import UTC, datetime, timedelta

import orjson
import pytest
import typer
from msgspec.structs import replace
from rich.console import Console
from typer.testing import CliRunner

from cli import dead_letters, main
from cli.dead_letters import _ask
from cli.letter_filters import NO_FILTERS, Filters, key_of, selection_of, which_of
from cli.letter_tables import (
    facts_table,
    groups,
    harmless,
    letter_document,
    letters_table,
    outcomes_document,
    outcomes_table,
    result,
    shown_key,
    summary_table,
    whole_document,
    whole_rows,
)
from cli.quantities import read_moment
from schemas.errors import OperatorError, Refused
from schemas.handled import Handled, LetterId
from schemas.reasons import Reason, Stage, Unfit
from schemas.topics import LISTING_UPDATED, REVIEW_POSTED
from streams.letters.fitness import Hindrance
from streams.letters.letter import Selection
from streams.letters.plan import Outcome, Plan
from streams.letters.younger import Younger
from tests.unit.streams.letter_kit import HERE, NOW, letter_of
from tests.wire import record

SECRET = b'{"body":"Ana Souza, Rua Augusta 12"}'
HEADERS = (("x-name", b"Ana Souza"), ("nothing", None))
EVIL = b"\x1b[2J\r\n\xe2\x80\xae[red]key"
LETTER, WHOLE = letter_of(record(REVIEW_POSTED, SECRET, b"k", HEADERS), partition=1, offset=7)
BAD = Refused(Stage.DECODE, Reason.NOT_UTF8, "not UTF-8")
DONE = Handled(done="replayed", at=NOW, run="r", attempts=1, source="s", letter_ms=0, to="review-posted/2/99")


def drawn(*things) -> str:
    console = Console(file=io.StringIO(), width=220, force_terminal=True)
    console.print(*things)
    return console.file.getvalue()


def selected(**changes):
    return selection_of(Filters(**changes), everything=False)


# --- what is asked for ------------------------------------------------------------------------------------------------


def test_filters_are_put_in_the_words_of_the_letters():
    assert selected() == Selection()
    asked = selected(reason=["nan"], stage=["decode"], topic=[REVIEW_POSTED], key="ä", limit=3, retryable=False)
    assert asked == Selection(
        reasons=frozenset({"nan"}),
        stages=frozenset({"decode"}),
        topics=frozenset({REVIEW_POSTED}),
        key="ä".encode(),
        newest=3,
        retryable=False,
    )
    assert selected(limit=0).newest is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reason": ["nam"]}, "--reason nam: there is only empty_value"),
        ({"stage": ["x"]}, "--stage x: there is only decode"),
        ({"topic": ["dead-letter"]}, "--topic dead-letter: there is only listing-updated"),
        ({"since": "soon"}, "--since 'soon' is no time"),
        ({"until": "2h30"}, "--until '2h30' is no time"),
        ({"since": "999999w"}, "--since '999999w' is no time"),
        ({"key": "base64:%"}, "--key base64:%"),
    ],
)
def test_a_mistake_is_one_line(changes, said):
    with pytest.raises(OperatorError) as told:
        selected(**changes)
    assert str(told.value).startswith(said)
    assert "\n" not in str(told.value)


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("2h", NOW - timedelta(hours=2)),
        (" 3d ", NOW - timedelta(days=3)),
        ("2026-03-01", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026-03-01T12:00", datetime(2026, 3, 1, 12, tzinfo=UTC)),
        ("2026-03-01T12:00:00+09:00", datetime(2026, 3, 1, 3, tzinfo=UTC)),
        ("2026-03-01T12:00:00Z", datetime(2026, 3, 1, 12, tzinfo=UTC)),
    ],
)
def test_a_time_is_so_long_ago_or_iso(said, moment):
    assert read_moment("--since", said, NOW) == moment
    assert read_moment("--since", None, NOW) is None


def test_letters_are_named_or_described_never_neither_or_both():
    assert which_of(["1/2", "0/3"], NO_FILTERS, everything=False) == [LetterId(1, 2), LetterId(0, 3)]
    assert which_of(None, Filters(limit=5), everything=True) == Selection(newest=5, handled=True)
    for ids, filters in ((None, NO_FILTERS), (["1/2"], Filters(limit=1)), (["1"], NO_FILTERS)):
        with pytest.raises(OperatorError):
            which_of(ids, filters, everything=False)


@pytest.mark.parametrize("key", [b"k", "ä ö".encode(), b"\xff\x00", b"base64:AA==", b"", b"-"])
def test_a_key_that_is_shown_can_be_asked_for(key):
    assert key_of(shown_key(key)) == key


def test_without_a_broker_there_is_one_line_and_exit_code_2(monkeypatch, capsys):
    monkeypatch.setenv("DRAGOMAN_KAFKA__BOOTSTRAP", "127.0.0.1:1")
    for arguments in (["list"], ["show", "0/1"], ["replay", "0/1"], ["drop", "--since", "2h"]):
        monkeypatch.setattr("sys.argv", ["dragoman", "dead-letters", *arguments])
        with pytest.raises(SystemExit) as ended:
            main.run()
        said = capsys.readouterr().err.splitlines()
        assert ended.value.code == 2
        assert len(said) == 1
        assert said[0].startswith("dragoman: cannot use Kafka at 127.0.0.1:1")


def test_raw_asks_for_reveal():
    done = CliRunner().invoke(dead_letters.app, ["show", "0/1", "--raw"])
    assert isinstance(done.exception, OperatorError)


# --- what is shown ----------------------------------------------------------------------------------------------------


def test_no_original_is_shown_unless_it_is_asked_for():
    hidden = (
        drawn(letters_table([LETTER], handled=True), facts_table(whole_rows(LETTER, WHOLE, reveal=False))),
        str(letter_document(LETTER)),
        str(whole_document(LETTER, WHOLE, reveal=False)),
    )
    for text in hidden:
        assert "Ana" not in text
        assert "QW5h" not in text  # nor in base64
    assert f"{len(SECRET)} bytes, SHA-256" in hidden[0]
    shown = whole_document(LETTER, WHOLE, reveal=True)
    assert shown["value"] == SECRET.decode()
    assert shown["headers"][0]["content"] == "Ana Souza"
    assert "Ana Souza" in drawn(facts_table(whole_rows(LETTER, WHOLE, reveal=True)))
    assert orjson.loads(orjson.dumps(shown))["id"] == "1/7"


def test_no_letter_moves_the_cursor_or_colours_the_terminal():
    evil, whole = letter_of(
        record(REVIEW_POSTED, EVIL, EVIL, ((EVIL.decode(), EVIL),)), Refused(Stage.DECODE, Reason.NAN, EVIL.decode())
    )
    evil = replace(evil, facts=replace(evil.facts, topic=EVIL.decode(), stage=EVIL.decode()))
    refused = Outcome(LetterId(1, 7), evil, Hindrance(Unfit.WOULD_FAIL, EVIL.decode()))
    text = drawn(
        letters_table([evil], handled=True),
        facts_table(whole_rows(evil, whole, reveal=True)),
        summary_table(groups([evil])),
        outcomes_table([refused], "")[0],
    )
    assert not {"\x1b[2J", "\r", "\u202e"} & {text[at : at + size] for at in range(len(text)) for size in (1, 4)}
    assert "[red]key" in text  # not taken for markup
    assert harmless("a\tb\nc\x9b\u200b ü漢 ") == "a\ufffdb\ufffdc\ufffd\ufffd ü漢 "


def test_letters_are_counted_by_reason_and_topic():
    listing, _ = letter_of(record(LISTING_UPDATED, b"\xff", b"a"), BAD)
    counted = groups([LETTER, LETTER, replace(LETTER, key=b"other"), listing])
    assert [(group.reason, group.topic, group.letters, group.retryable, group.keys) for group in counted] == [
        ("localize_timeout", REVIEW_POSTED, 3, 3, 2),
        ("not_utf8", LISTING_UPDATED, 1, 0, 1),
    ]


def test_what_became_of_each_is_counted_and_named():
    outcomes = [
        Outcome(LetterId(1, 1), LETTER, to="review-posted/2/99", done=True),
        Outcome(LetterId(1, 2), LETTER),
        Outcome(LetterId(1, 3), None, Hindrance(Unfit.UNREADABLE, "there is none")),
        Outcome(LetterId(1, 4), LETTER, Hindrance(Unfit.WOULD_FAIL, "nan: NaN")),
        Outcome(LetterId(1, 5), LETTER, done=True),
    ]
    assert [result(one, "not done yet") for one in outcomes] == [
        "replayed to review-posted/2/99",
        "not done yet",
        "unreadable: there is none",
        "would_fail: nan: NaN",
        "dropped",
    ]
    document = outcomes_document(outcomes, dry_run=False)
    assert {name: document[name] for name in ("asked", "done", "left", "refused")} == {
        "asked": 5,
        "done": 2,
        "left": 1,
        "refused": {"unreadable": 1, "would_fail": 1},
    }
    assert outcomes_table(outcomes * 30, "")[1] == 50
    assert "replayed to review-posted/2/99" in drawn(letters_table([replace(LETTER, handled=DONE)], handled=True))


# --- asking first -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "which", "yes", "terminal", "goes_on"),
    [
        ("y\n", Selection(), False, True, True),
        ("n\n", Selection(), False, True, False),
        ("\n", Selection(), False, True, False),
        ("n\n", Selection(), True, True, True),
        ("n\n", [LetterId(1, 7)], False, True, True),
        ("n\n", Selection(), False, False, True),
    ],
)
def test_somebody_at_a_terminal_is_asked_before_filters_act(monkeypatch, answer, which, yes, terminal, goes_on):
    stdin = io.StringIO(answer)
    stdin.isatty = lambda: terminal
    monkeypatch.setattr("sys.stdin", stdin)
    plan = Plan((Outcome(LetterId(1, 7), LETTER),), HERE, Younger(HERE))
    if goes_on:
        _ask("Replay", plan, which, yes=yes)
        return
    with pytest.raises(typer.Exit) as ended:
        _ask("Replay", plan, which, yes=yes)
    assert ended.value.exit_code == 1


def test_the_dash_in_the_commands_name_is_no_obstacle():
    app = main.build_app(["dead-letters", "list"])
    said = CliRunner().invoke(app, ["dead-letters", "--help"]).output
    for name in ("list", "show", "replay", "drop"):
        assert name in said


def test_a_narrow_list_leaves_out_what_has_no_room_and_breaks_no_word() -> None:
    table = letters_table([LETTER], handled=False, narrow=True)
    assert [column.header for column in table.columns] == ["id", "input", "key", "reason", "tries"]
    assert [str(cell) for cell in table.columns[0].cells] == [str(LETTER.id)]
    assert [str(cell) for cell in table.columns[3].cells] == [LETTER.facts.reason]
