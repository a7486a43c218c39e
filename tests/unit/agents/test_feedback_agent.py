from datetime import timedelta

import msgspec
import pytest

from agents.base import KEEP, Said
from agents.feedback import FEEDBACK_AGENT, TEXTS_MAX, FeedbackState, localize, settle
from schemas.codec import encode
from schemas.errors import Refused
from schemas.events import Tombstone, TranslationFeedback
from schemas.reasons import Drop, Reason, Stage
from schemas.topics import TRANSLATION_CORRECTIONS
from tests.unit.agents.fakes import NOON, make_tools, play


def feedback(verdict="corrected", **changes):
    fields = {
        "kind": "listing",
        "source_id": "L-1",
        "locale": "en",
        "source_locale": "pt-BR",
        "source_text": "Cabo de 2 m",
        "shown_text": "Handle of 2 m",
        "verdict": verdict,
        "correction": "2 m cord" if verdict == "corrected" else None,
        "actor_role": "seller",
        "at": NOON,
    }
    return TranslationFeedback(**(fields | changes))


def later(minutes):
    return NOON + timedelta(minutes=minutes)


async def outcomes(*events):
    played, _ = await play(FEEDBACK_AGENT, events, make_tools())
    return played


@pytest.mark.parametrize("verdict", ["understood", "misunderstood"])
async def test_what_readers_say_is_counted_and_nothing_else(verdict):
    (outcome,) = await outcomes(feedback(verdict))
    assert outcome.said == Said("listing", "en", verdict)
    assert (outcome.outputs, outcome.state) == ((), KEEP)


async def test_a_correction_is_told_to_all_workers():
    (outcome,) = await outcomes(feedback(source_text=" Cabo de 2\u200b m ", correction="2 m cord \x07"))
    (output,) = outcome.outputs
    assert (output.topic, output.locale, output.subject) == (TRANSLATION_CORRECTIONS, "en", "L-1")
    assert output.key.endswith(":L-1")
    told = output.value
    assert (told.source_text, told.correction, told.source_locale) == ("Cabo de 2 m", "2 m cord", "pt-BR")
    assert (told.actor_role, told.at, told.shown_text, told.warnings) == ("seller", NOON, "Handle of 2 m", ())
    assert outcome.said == Said("listing", "en", "corrected")


async def test_the_locale_is_the_served_one():
    (outcome,) = await outcomes(feedback(locale="en-GB"))
    assert outcome.outputs[0].value.locale == outcome.said.locale == "en"


async def test_a_withdrawal_is_a_record_of_the_same_key():
    first, second = await outcomes(feedback(), feedback("revoked", at=later(1)))
    assert second.outputs[0].key == first.outputs[0].key
    assert (second.outputs[0].value.correction, second.outputs[0].value.at) == (None, later(1))


async def test_two_sources_of_one_text_have_records_of_their_own():
    first, second = await outcomes(feedback(), feedback(source_id="L-2"))
    assert first.outputs[0].key != second.outputs[0].key
    assert first.outputs[0].key.split(":")[0] == second.outputs[0].key.split(":")[0]


async def test_an_older_word_of_the_same_source_is_stale_and_not_counted():
    newest, older, other = await outcomes(
        feedback(at=later(5)), feedback("revoked", at=later(1)), feedback(source_text="Cabo", at=later(1))
    )
    assert len(newest.outputs) == 1
    assert (older.dropped, older.outputs, older.said, older.state) == (Drop.STALE, (), None, KEEP)
    assert len(other.outputs) == 1


async def test_people_outrank_the_gate_which_is_noted():
    (outcome,) = await outcomes(feedback(source_text="Cabo de 2 metros, preto", correction="Black cord of 3 metres"))
    assert "gate_numbers" in outcome.outputs[0].value.warnings
    assert outcome.warnings == ("gate_overruled",)


@pytest.mark.parametrize(
    ("changes", "stage", "reason"),
    [
        ({"correction": None}, Stage.VALIDATE, Reason.MISSING_FIELD),
        ({"correction": " \u200b\n"}, Stage.VALIDATE, Reason.INVALID_VALUE),
        ({"source_text": " "}, Stage.VALIDATE, Reason.INVALID_VALUE),
        ({"source_text": "", "verdict": "revoked"}, Stage.VALIDATE, Reason.INVALID_VALUE),
        ({"source_locale": "en-US"}, Stage.VALIDATE, Reason.INVALID_VALUE),
        ({"source_locale": None}, Stage.LOCALIZE, Reason.LANGUAGE_UNCERTAIN),  # the fake detects nothing
        ({"locale": "sw"}, Stage.LOCALIZE, Reason.LOCALE_NOT_SERVED),
        ({"locale": "sw", "verdict": "understood"}, Stage.LOCALIZE, Reason.LOCALE_NOT_SERVED),
    ],
)
async def test_what_cannot_be_right_is_refused(changes, stage, reason):
    with pytest.raises(Refused) as refused:
        await localize(feedback(**changes), make_tools())
    assert (refused.value.stage, refused.value.reason) == (stage, reason)


async def test_a_tombstone_says_nothing():
    with pytest.raises(Refused, match="no value"):
        await localize(Tombstone("L-1"), make_tools())


async def test_the_state_of_a_source_is_bounded_by_its_newest_texts():
    state = None
    for number in range(TEXTS_MAX + 20):
        event = feedback(source_text=f"Cabo {number}", at=later(number))
        state = settle(state, event, await localize(event, make_tools())).state
    assert len(state.corrected_us) == TEXTS_MAX
    assert min(state.corrected_us.values()) == later(20).timestamp() * 1_000_000
    again = msgspec.json.decode(encode(state), type=FeedbackState)
    assert again == state
