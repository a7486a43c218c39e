"""What memory knows, and for which other texts that holds too."""

import pytest

from localization.memory import Key, Memory, Verdict
from localization.memory.recall import SEGMENT_CHARS_MAX
from schemas.reasons import Warn


def key(segment, version="v1", source="en", target="pt-BR", glossary=""):
    return Key(source, target, segment, version, "p1", glossary)


def known(told, segment, **names):
    """What a memory that was told `told` says of `segment`: the output and how it is known."""
    memory = Memory(100)
    for text, output in told.items():
        memory.remember(key(text, **names), output if isinstance(output, Verdict) else Verdict(output))
    verdict = memory.recall(key(segment, **names))
    return None if verdict is None else (verdict.output, verdict.kind)


def test_the_least_recently_used_verdict_leaves_first():
    memory = Memory(2)
    memory.remember(key("a"), Verdict("A"))
    memory.remember(key("b"), Verdict("B"))
    assert memory.recall(key("a")) == Verdict("A")
    memory.remember(key("c"), Verdict("C"))
    assert len(memory) == 2
    assert memory.recall(key("b")) is None
    assert memory.recall(key("a")) == Verdict("A")


def test_another_model_version_is_another_memory():
    memory = Memory(10)
    memory.remember(key("a"), Verdict("A"))
    assert memory.recall(key("a", "v2")) is None


def test_a_glossary_is_another_memory_for_the_texts_it_touches():
    memory = Memory(10)
    memory.remember(key("a case", glossary="g1"), Verdict("uma capa"))
    assert memory.recall(key("a case")) is None
    assert memory.recall(key("a case", glossary="g1")).output == "uma capa"


def test_room_for_none_keeps_none():
    memory = Memory(0)
    memory.remember(key("a"), Verdict("A"))
    assert (len(memory), memory.recall(key("a"))) == (0, None)


def test_another_number_is_put_in():
    assert known({"Pack of 3": "Pacote de 3"}, "Pack of 5") == ("Pacote de 5", "normalized")
    assert known({"Pack of 3": "Pacote de 3"}, "Pack of 3") == ("Pacote de 3", "exact")
    assert known({"5 in 20 cm": "5 em 20 cm"}, "20 in 5 cm") == ("20 em 5 cm", "normalized")


def test_numbers_are_written_as_readers_write_them():
    assert known({"Holds 2.5 l": "Para 2,5 l"}, "Holds 2,500.75 l") == ("Para 2.500,75 l", "normalized")


@pytest.mark.parametrize(
    ("told", "output", "asked", "names"),
    [
        ("Pack of 1", "Pacote de 1", "Pack of 3", {}),  # one and other
        ("2 dni", "2 days", "5 dni", {"source": "pl", "target": "en"}),  # few and many
        ("2 days", "2 dni", "5 days", {"source": "en", "target": "pl"}),  # other in English, few and many in Polish
        ("3 and 3 more", "3 e mais 3", "4 and 5 more", {}),
        ("Pack of 3", "Pacote de três", "Pack of 5", {}),
        ("Pack of 3", "Pacote de 3 (30 cm)", "Pack of 5", {}),
        ("2 or 2.0", "2 ou 2,0", "3 or 4", {}),
        ("Version 802.11.5", "Versão 802.11.5", "Version 802.11.6", {}),
        ("A4 paper", "Papel A4", "A5 paper", {}),
        ("for QK710", "para QK710", "for QK711", {}),
        ("panela de 5 cm", "a 5 cm pan", "panela de 8 cm", {"source": "pt-BR", "target": "en"}),  # an 8 cm pan
        ("6 or 7 days", "6 o 7 días", "7 or 8 days", {"target": "es"}),  # 7 u 8
        ("The 5 colours", "I 5 colori", "The 8 colours", {"target": "it"}),  # gli 8
        ("Pack of 10 pens", "10er-Pack Stifte", "Pack of 7 pens", {"target": "de"}),
        ("2nd edition", "2ª edição", "22nd edition", {}),
    ],
)
def test_what_nobody_can_vouch_for_is_not_served(told, output, asked, names):
    assert known({told: output}, asked, **names) is None
    assert known({told: output}, told, **names) == (output, "exact")


def test_what_is_written_to_a_number_stays_where_both_sides_have_it():
    assert known({"Holds 5kg": "Suporta 5kg"}, "Holds 20kg") == ("Suporta 20kg", "normalized")
    assert known({"Pack of 5": "5个装"}, "Pack of 12", target="zh-CN") == ("12个装", "normalized")
    assert known({"a 5 cm pan": "panela de 5 cm"}, "a 7 cm pan") == ("panela de 7 cm", "normalized")


def test_capitals_are_dressed():
    told = {"Battery life": "Duração da bateria", "made of soft cotton": "feito de algodão macio"}
    assert known(told, "BATTERY LIFE") == ("DURAÇÃO DA BATERIA", "normalized")
    assert known(told, "Battery Life") == ("Duração da bateria", "normalized")
    assert known(told, "Made of soft cotton") == ("Feito de algodão macio", "normalized")
    assert known({"Pack of 3 cases": "Pacote de 3 capas"}, "PACK OF 12 CASES") == ("PACOTE DE 12 CAPAS", "normalized")


def test_a_capital_that_may_be_the_words_own_is_not_made_small():
    assert known({"Monday is near": "Segunda está perto"}, "monday is near") is None
    assert known({"BATTERY LIFE": "DURAÇÃO DA BATERIA"}, "Battery life") is None


def test_refusals_and_cuts_hold_for_their_own_segment_only():
    refused = Verdict(refused=Warn.GATE_NUMBERS)
    assert known({"Pack of 3": refused}, "Pack of 5") is None
    assert known({"Pack of 3": refused}, "Pack of 3") == (None, "exact")
    memory = Memory(10)
    memory.remember(key("Pack of 3"), Verdict(cut=True))
    assert memory.recall(key("Pack of 3")).cut


def test_under_a_strict_mask_the_stand_ins_stay_for_whoever_restores_them():
    told = {"Pack of 3": Verdict("Pacote de 731", strict=True)}
    memory = Memory(10)
    memory.remember(key("Pack of 3"), told["Pack of 3"])
    assert memory.recall(key("Pack of 5")) == Verdict("Pacote de 731", strict=True, kind="normalized")


def test_what_is_too_long_to_be_remembered_reaches_no_layer():
    shared, rows = [], []

    def look(name):
        rows.append(name)

    endless = key("x" * (SEGMENT_CHARS_MAX + 1))
    memory = Memory(10, store=look, share=lambda *said: shared.append(said))
    memory.remember(endless, Verdict("x"))
    assert memory.recall(endless) is None
    assert shared == []
    memory.remember(key("Thank you"), Verdict("Obrigado"))
    assert shared == [(key("Thank you"), Verdict("Obrigado"))]
    assert rows  # what is not at hand is looked for in the store


def test_what_left_the_hand_does_not_leave_a_name_behind():
    memory = Memory(3)
    for number in range(50):
        memory.remember(key(f"text {'abcdefghij'[number % 10]} of {number}"), Verdict(f"texto de {number}"))
    assert len(memory) == 3
    assert len(memory._names) <= 3


def test_a_later_verdict_takes_the_place_of_an_earlier_one_for_all_texts_of_its_form():
    memory = Memory(2)
    memory.remember(key("Pack of 3"), Verdict("Pacote de 3"))
    memory.remember(key("Pack of 3"), Verdict(refused=Warn.GATE_NUMBERS))
    assert memory.recall(key("Pack of 5")) is None
    memory.remember(key("Pack of 3"), Verdict("Kit com 3"))
    assert memory.recall(key("Pack of 5")).output == "Kit com 5"
    for text in ("a", "b", "c"):
        memory.remember(key(text), Verdict(text))
    assert memory.recall(key("Pack of 7")) is None
    assert len(memory._names) == 2
