"""A soak is judged by what it shows: what is lost, doubled or grows is found."""

from collections import Counter

import pytest

from bench.soak_report import Sample, judge, write_report

SENT = {"a": 3, "b": 1}
TOLD = Counter({("a", 0, 0): 1, ("a", 0, 1): 1, ("a", 1, 0): 1, ("b", 0, 0): 1})


def samples(**growth):
    """Twenty minutes in which nothing grows but what `growth` says, by its function of the time."""

    def size(name, at, usual):
        return growth[name](at) if name in growth else usual

    return [
        Sample(at, size("memory", at, 600.0), size("descriptors", at, 50), size("threads", at, 20), 5, 0.1)
        for at in range(0, 1200, 5)
    ]


def judged(taken=None, told=TOLD, empty=True, codes=(0, 0)):
    return judge(taken or samples(), [(60.0, "SIGKILL")], SENT, told, empty=empty, starts=2, codes=codes)


def test_what_stays_as_it_is_is_good():
    assert judged()["met"]


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        (samples(memory=lambda at: 600 + at / 10), "memory"),
        (samples(descriptors=lambda at: 50 + at // 60), "descriptors"),
        (samples(threads=lambda at: 20 + at // 60), "threads"),
    ],
)
def test_what_grows_is_found(taken, name):
    report = judged(taken)
    assert not report["met"]
    assert [name for name, good in report["flat"].items() if not good] == [name]


def test_what_grows_while_it_warms_up_is_let_pass():
    assert judged(samples(memory=lambda at: min(600, 5 * at)))["met"]


def test_what_is_lost_or_told_twice_is_found():
    assert judged(told=TOLD - Counter({("a", 1, 0): 1}))["lost"] == {"a": 1}
    twice = judged(told=TOLD + Counter({("b", 0, 0): 1}))
    assert (twice["doubled"], twice["met"]) == (1, False)


def test_a_backlog_that_stays_or_a_worker_that_fails_is_no_good():
    assert not judged(empty=False)["met"]
    assert not judged(codes=(0, 1))["met"]


def test_the_report_is_a_table_and_a_plot(tmp_path):
    table = write_report(tmp_path / "out", judged(), {"minutes": 20})
    assert "| lost, doubled | 0, 0 |" in table
    assert table in (tmp_path / "out" / "report.md").read_text()
    assert (tmp_path / "out" / "plot.svg").read_text().count("<svg") == 1
