"""What the benches of localization and of the gate count, without running them."""

import pytest

from bench import gate, localization

ROOT = "/site/localization"


@pytest.mark.parametrize(
    ("path", "stage"),
    [
        ([f"{ROOT}/localizer.py:localize", f"{ROOT}/gate/judge.py:judge", f"{ROOT}/spans.py:find_spans"], "gate"),
        ([f"{ROOT}/translator.py:translate", f"{ROOT}/protect.py:mask", f"{ROOT}/spans.py:find_spans"], "protect"),
        ([f"{ROOT}/translator.py:_restored", f"{ROOT}/protect.py:restore"], "restore"),
        ([f"{ROOT}/translator.py:_recall", f"{ROOT}/memory/recall.py:recall"], "memory"),
        (["/lib/asyncio/events.py:_run", f"{ROOT}/together.py:together"], "assemble"),
        (["/lib/asyncio/events.py:_run", "/repo/bench/localization.py:work"], "event loop and bench"),
    ],
)
def test_a_sample_belongs_to_the_outermost_stage(path, stage):
    assert localization._stage(path) == stage


def test_every_round_has_new_texts_of_the_same_fields():
    listings = localization.Listings()
    rounds = [listings.varied(number) for number in range(4)]
    assert len({len(fields) for fields in rounds}) == 1
    assert [one.kind for one in rounds[0]] == [one.kind for one in rounds[3]]
    html = next(at for at, one in enumerate(rounds[0]) if one.kind == "html")
    texts = {fields[html].text for fields in rounds}
    assert len(texts) == 4
    assert {text.count("</") for text in texts} == {rounds[0][html].text.count("</")}
    assert all(len(one.text) <= localization.SHORT_CHARS_MAX for one in listings.short())


def test_recall_is_counted_by_kind_and_alarms_without_doubtful_lines():
    faults = [{"fault": "a"}, {"fault": "a"}, {"fault": "b"}]
    kinds = gate.recall(faults, [("gate_numbers", "gate_units"), (), ("gate_tags",)])
    assert {kind: (row["faults"], row["refused"]) for kind, row in kinds.items()} == {"a": (2, 1), "b": (1, 1)}
    assert kinds["a"]["reasons"] == {"gate_numbers": 1}
    clean = [{"id": 1}, {"id": 2, "doubtful": "another number"}, {"id": 3}, {"id": 4}]
    found = gate.alarms(clean, [(), ("gate_numbers",), ("gate_tags",), ()])
    assert (found["lines"], found["refused"], found["doubtful"]) == (3, 1, 1)
    assert found["reasons"] == {"gate_tags": 1}


def test_the_gate_takes_what_a_line_says_and_leaves_the_rest():
    line = {"id": "x", "origin": "y", "source": "Ring bell", "translation": "Campainha", "source_locale": "en"}
    lines = [{**line, "target_locale": "pt-BR", "protected": ["Ring"], "spoiled": {}}]
    assert gate.cases(lines)[0].protected == ("Ring",)
    assert gate.verdicts(lines)[0][0] == "gate_protected"


def test_lines_of_the_test_half_are_not_shown(capsys):
    with pytest.raises(SystemExit):
        gate.main(["--split", "nothing"])
    capsys.readouterr()
    gate.main(["--split", "test", "--show", "emptied", "sentiment_flipped", "number_changed"])
    shown = capsys.readouterr().out
    assert "-test-" not in shown
