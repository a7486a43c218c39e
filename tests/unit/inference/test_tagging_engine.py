"""The tagging engine over a numpy session that labels words by their first letter."""

import re

import numpy as np
import pytest

from inference.engine import Outcome, Suspect
from inference.engines.tagging_engine import LOOK_AHEAD, RUN_TOKENS, TaggingEngine
from inference.models import Encoded, TaggingModel
from inference.requests import Decoding, Entity, ModelId, PoisonText, Priority, Tagging
from inference.scheduling.queue import Request

LABELS = ("O", "B-NAME", "I-NAME", "B-CITY", "I-CITY")


class Words:
    """A token a word, between two special ones: `n` begins a name, `m` goes on with it, `c` and `d` a city, `!` fails."""

    def encode(self, text):
        found = [(match.group()[0], match.span()) for match in re.finditer(r"\S+", text)]
        ids = [9, *("?nmcd!".find(letter) for letter, _ in found), 9]
        return Encoded(np.array([max(one, 0) for one in ids], np.int64), ((0, 0), *(span for _, span in found), (0, 0)))

    def pieces(self, text, chars_max, tokens_max):
        if "\x00" in text:
            raise ValueError("no such character")
        return [(at, self.encode(text[at : at + chars_max])) for at in range(0, len(text), chars_max)]


class Labels:
    """Logits of 8 for the label whose number is the token's id, the special tokens and the padding are `O`."""

    def __init__(self):
        self.runs = []

    def run(self, _outputs, feeds):
        ids, mask = feeds["input_ids"], feeds["attention_mask"]
        assert not feeds["token_type_ids"].any()
        self.runs.append(mask.sum(axis=1).tolist())
        if ((ids == 5) & (mask == 1)).any():
            raise RuntimeError("no such id")
        logits = np.zeros((*ids.shape, len(LABELS)), np.float32)
        for at in np.ndindex(ids.shape):
            logits[at][ids[at] if mask[at] and ids[at] < len(LABELS) else 0] = 8
        return [logits]


def engine_of(session, report=lambda _: None, chars_max=400):
    return TaggingEngine(TaggingModel(ModelId("tags", "1"), Words(), session, LABELS, chars_max, 64, "CPU"), report)


def request(text, priority=Priority.LISTING):
    return Request(text, 0, Decoding.GREEDY, 0.0, 0.0, priority=priority)


def run(engine, *requests):
    engine.admit(requests)
    outcomes = []
    while engine.busy:
        outcomes += engine.step()
    return outcomes


def labelled(text, outcome):
    assert isinstance(outcome.result, Tagging)
    return [(one.label, text[one.start : one.end]) for one in outcome.result.entities]


@pytest.mark.parametrize(
    ("text", "entities"),
    [
        ("x nora miller y", [("NAME", "nora miller")]),
        ("nora nick", [("NAME", "nora"), ("NAME", "nick")]),
        ("nora c dover", [("NAME", "nora"), ("CITY", "c dover")]),
        ("nora x miller", [("NAME", "nora"), ("NAME", "miller")]),
        ("plain text", []),
    ],
)
def test_tokens_of_one_entity_are_one_stretch(text, entities):
    (outcome,) = run(engine_of(Labels()), request(text))
    assert labelled(text, outcome) == entities


def test_a_long_text_is_read_in_pieces_and_its_places_are_those_of_the_whole():
    text = "x " * 20 + "nora miller"
    (outcome,) = run(engine_of(Labels(), chars_max=20), request(text))
    assert labelled(text, outcome) == [("NAME", "nora miller")]


def test_texts_of_like_length_share_runs_of_bounded_size():
    session = Labels()
    texts = [" ".join("x" * length) for length in (3, 60, 3, 60, 3, 61, 3, 3)]
    outcomes = run(engine_of(session), *map(request, texts))
    assert len(outcomes) == len(texts)
    assert max(max(rows) * len(rows) for rows in session.runs) <= RUN_TOKENS
    assert len(session.runs) == 2


def test_the_most_urgent_text_is_in_the_first_run():
    session, engine = Labels(), None
    engine = engine_of(session)
    engine.admit([request(" ".join("x" * 60)) for _ in range(8)] + [request("nora", Priority.LOGISTICS)])
    first = engine.step()
    assert any(labelled("nora", one) == [("NAME", "nora")] for one in first if one.request.text == "nora")


def test_a_failing_run_makes_its_texts_suspects_and_spares_the_rest():
    long = " ".join("x" * 200)
    outcomes = run(engine_of(Labels()), request("nora !"), request(long))
    assert [type(one) for one in outcomes] == [Suspect, Outcome] or [type(one) for one in outcomes] == [
        Outcome,
        Suspect,
    ]
    suspect = next(one for one in outcomes if isinstance(one, Suspect))
    assert suspect.request.text == "nora !"


def test_what_the_tokenizer_refuses_is_poison_and_the_rest_is_served():
    outcomes = run(engine_of(Labels()), request("a\x00b"), request("nora"))
    assert [isinstance(one.result, PoisonText) for one in outcomes] == [True, False]


def test_a_withdrawn_text_leaves_without_an_outcome():
    engine = engine_of(Labels())
    gone = request("nora")
    engine.admit([gone, request("nick")])
    gone.withdrawn = True
    assert [one.request.text for one in engine.step()] == ["nick"]
    assert engine.work.evicted == 1
    assert not engine.busy


def test_room_ends_with_a_run_on_board():
    engine = engine_of(Labels())
    assert engine.room == LOOK_AHEAD
    engine.admit([request(" ".join("x" * 60)) for _ in range(8)])
    assert engine.room == 0


def test_warming_up_leaves_nothing_on_board():
    session = Labels()
    engine = engine_of(session)
    engine.warm_up()
    assert len(session.runs) == 2
    assert not engine.busy


def test_a_score_is_that_of_the_least_certain_token():
    entity = Entity("NAME", 0, 11, 0.5)
    (outcome,) = run(engine_of(Labels()), request("nora miller"))
    assert outcome.result.entities[0].score > entity.score
    assert outcome.result.model == ModelId("tags", "1")
