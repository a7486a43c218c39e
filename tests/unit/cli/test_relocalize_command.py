"""`dragoman relocalize`: what it refuses, and how it shows progress."""

from datetime import UTC, datetime

import pytest

from cli import main
from cli.relocalize import _wanted, document, rows, told
from schemas.errors import OperatorError
from schemas.relocalization import Relocalization
from schemas.settings import Settings
from streams.relocalize import PartitionProgress, RequestProgress, Wanted

SETTINGS = Settings(localization={"locales": ("en", "fr", "pt-BR")})
REQUEST = Relocalization(
    id="r1",
    topic="listing-updated",
    begins=(0, 0, 7),
    ends=(100, 50, 7),
    locales=("fr",),
    category="c",
    rate=2.5,
    created_at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
)
PARTS = (PartitionProgress(0, 40, 100), PartitionProgress(1, 50, 50), PartitionProgress(2, 0, 0))
HALFWAY = RequestProgress(REQUEST, PARTS, lapsed=False)
OVER = RequestProgress(REQUEST, PARTS, lapsed=True)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (("listing-updated", [], None, None), Wanted("listing-updated")),
        (("listing-updated", ["fr-CA", "fr"], "c", "50/s"), Wanted("listing-updated", ("fr",), "c", 50.0)),
        (("review-posted", ["pt"], None, " 2.5 "), Wanted("review-posted", ("pt-BR",), None, 2.5)),
    ],
)
def test_what_is_asked_for_is_put_in_the_words_of_the_settings(asked, found):
    assert _wanted(SETTINGS, *asked) == found


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ((None, [], None, None), "--topic"),
        (("logistics-event", [], None, None), "--topic"),
        (("review-posted", [], "c", None), "--category"),
        (("listing-updated", ["de"], None, None), "de is not served; these are: en, fr, pt-BR"),
        (("listing-updated", ["qq-nonsense"], None, None), "--locale qq-nonsense"),
        (("listing-updated", [], None, "0"), "--rate"),
        (("listing-updated", [], None, "fast"), "--rate"),
        (("listing-updated", [], None, "-3/s"), "--rate"),
    ],
)
def test_what_cannot_be_meant_is_one_line(asked, said):
    with pytest.raises(OperatorError, match=said) as caught:
        _wanted(SETTINGS, *asked)
    assert "\n" not in str(caught.value)


def test_the_document_has_rates_and_the_time_left():
    (found,) = document([HALFWAY], {("r1", 0): 20.0, ("r1", 1): 0.0, ("r1", 2): 0.0})["requests"]
    assert (found["replayed"], found["total"], found["rate"], found["seconds_left"]) == (90, 150, 20.0, 3.0)
    assert (found["done"], found["rate_limit"], found["locales"]) == (False, 2.5, ("fr",))
    assert [part["done"] for part in found["partitions"]] == [False, True, True]
    (once,) = document([HALFWAY], {})["requests"]
    assert (once["rate"], once["seconds_left"]) == (None, None)


def test_the_table_has_a_row_a_partition():
    assert rows([HALFWAY], {("r1", 0): 20.0, ("r1", 1): 0.0, ("r1", 2): 0.0}) == [
        ("r1", 0, 40, 100, "20.0", "3", "running"),
        ("", 1, 50, 50, "0.0", "0", "done"),
        ("", 2, 0, 0, "0.0", "0", "done"),
    ]
    assert [row[-1] for row in rows([HALFWAY], {})] == ["waiting", "done", "done"]
    assert [row[-1] for row in rows([OVER], {})] == ["over", "done", "done"]
    assert told(REQUEST) == (
        "listing-updated, for readers of fr, in category c, at most 2.5/s, asked 2026-01-02 03:04:05 UTC"
    )


def test_without_anything_said_it_says_what_it_can_do(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["dragoman", "relocalize"])
    with pytest.raises(SystemExit):
        main.run()
    assert "--topic" in capsys.readouterr().out
