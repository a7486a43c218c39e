import pytest

from inference.engine import ModelFault
from inference.requests import Decoding, PoisonText, Translation
from inference.scheduling.bisection import isolate
from inference.scheduling.queue import Request
from tests.unit.inference.pool_fakes import FakeEngine, Machine


def requests(*names):
    return [Request(name, 0, Decoding.GREEDY, 0.0, 0.0) for name in names]


def search(machine, suspects):
    heard = []

    def on_fault(fault, found):
        heard.append(found)

    outcomes = isolate(FakeEngine(machine), suspects, on_fault)
    return {outcome.request.text: outcome.result for outcome in outcomes}, heard


@pytest.mark.parametrize("guilty", [{"t0"}, {"t7"}, {"t3", "t4"}, {"t0", "t5", "t7"}])
def test_the_guilty_stand_alone_and_all_others_are_served(guilty):
    machine = Machine()
    machine.poison = guilty
    results, heard = search(machine, requests(*(f"t{n}" for n in range(8))))
    assert {text for text, result in results.items() if isinstance(result, PoisonText)} == guilty
    assert {text for text, result in results.items() if isinstance(result, Translation)} == {
        f"t{n}" for n in range(8)
    } - guilty
    assert heard.count(True) == len(guilty)


def test_a_fault_that_passes_harms_nobody():
    results, heard = search(Machine(), requests("a", "b", "c"))
    assert all(isinstance(result, Translation) for result in results.values())
    assert len(results) == 3
    assert heard == []


def test_each_innocent_is_run_once_when_its_part_succeeds():
    machine = Machine()
    machine.poison = {"t0"}
    search(machine, requests(*(f"t{n}" for n in range(8))))
    assert set(machine.ran.values()) == {1}


def test_memory_is_not_poison():
    machine = Machine()
    machine.no_memory = {"b"}
    with pytest.raises(ModelFault) as raised:
        search(machine, requests("a", "b", "c", "d"))
    assert raised.value.memory


def test_a_withdrawn_suspect_is_let_go():
    machine = Machine()
    machine.poison = {"b"}
    suspects = requests("a", "b", "c")
    suspects[1].withdrawn = True
    results, _ = search(machine, suspects)
    assert set(results) == {"a", "c"}


@pytest.mark.parametrize(
    ("cause", "memory"),
    [
        (MemoryError(), True),
        (RuntimeError("Non-zero status: Failed to allocate memory for requested buffer of size 12"), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("indices element out of data bounds, idx=99999"), False),
    ],
)
def test_memory_faults_are_known_by_their_words(cause, memory):
    assert ModelFault(cause).memory is memory
