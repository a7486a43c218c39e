"""What people said a text must read as: the newest word counts, in whatever order words come."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from localization.memory.corrections import Corrections
from schemas.outputs import Correction

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


def said(text, correction, *, minute=0, source="pt-BR", target="en", by="L-1"):
    return Correction(
        kind="listing",
        source_id=by,
        source_locale=source,
        locale=target,
        source_text=text,
        correction=correction,
        actor_role="seller",
        at=NOON + timedelta(minutes=minute),
    )


def taken(*corrections):
    known = Corrections()
    for correction in corrections:
        known.take(correction)
    return known


def test_a_text_reads_as_a_person_said():
    known = taken(said("Cabo de 2 m", "2 m cord"))
    assert known.find("pt-BR", "en", "Cabo de 2 m") == "2 m cord"
    assert known.find("pt", "en", "Cabo de 2 m") == "2 m cord"  # a producer may name the language only
    assert known.find("pt-BR", "es", "Cabo de 2 m") is None
    assert known.find("es", "en", "Cabo de 2 m") is None
    assert known.find("pt-BR", "en", "Cabo") is None
    assert len(known) == 1


def test_sources_in_another_script_are_another_language():
    known = taken(said("手机", "mobile phone", source="zh-CN"))
    assert known.find("zh-TW", "en", "手机") is None
    assert known.find("zh-Hans", "en", "手机") == "mobile phone"


def test_other_numbers_are_put_in():
    known = taken(said("Cabo de 2 m", "2 m cord"))
    assert known.find("pt-BR", "en", "Cabo de 3,5 m") == "3.5 m cord"
    assert known.find("pt-BR", "en", "Cabo de 1 m") is None  # singular
    assert known.find("pt-BR", "en", "Cabo de 2 m x 3") is None


def test_the_newest_word_counts_in_every_order():
    words = (said("Cabo", "Handle"), said("Cabo", "Cord", minute=1), said("Cabo", None, minute=2, by="L-2"))
    for order in itertools.permutations(words):
        assert taken(*order).find("pt", "en", "Cabo") is None
        assert len(taken(*order)) == 0
    for order in itertools.permutations((*words, said("Cabo", "Cable", minute=3))):
        assert taken(*order, *order).find("pt", "en", "Cabo") == "Cable"
        assert len(taken(*order)) == 1


def test_of_one_moment_withdrawing_wins_then_the_text_that_sorts_last():
    for order in itertools.permutations((said("Cabo", "a"), said("Cabo", "b"))):
        assert taken(*order).find("pt", "en", "Cabo") == "b"
    for order in itertools.permutations((said("Cabo", "a"), said("Cabo", None))):
        assert taken(*order).find("pt", "en", "Cabo") is None


def test_of_two_texts_of_one_form_the_newest_serves_a_third_until_it_is_withdrawn():
    known = taken(said("Pacote de 3", "Pack of 3"), said("Pacote de 4", "Set of 4", minute=1))
    assert known.find("pt", "en", "Pacote de 3") == "Pack of 3"
    assert known.find("pt", "en", "Pacote de 7") == "Set of 7"
    known.take(said("Pacote de 4", None, minute=2))
    assert known.find("pt", "en", "Pacote de 7") == "Pack of 7"
    assert known.find("pt", "en", "Pacote de 4") is None  # withdrawn after the other was said
    known.take(said("Pacote de 3", "Bundle of 3", minute=3))
    assert known.find("pt", "en", "Pacote de 4") == "Bundle of 4"
    known.take(said("Pacote de 3", None, minute=4))
    assert known.find("pt", "en", "Pacote de 7") is None


@pytest.mark.parametrize("written", [" Cabo \n", "Ca\u200bbo"])
def test_texts_are_filed_as_localization_sees_them(written):
    assert taken(said(written, "Cord")).find("pt", "en", "Cabo") == "Cord"
