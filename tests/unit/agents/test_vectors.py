import numpy as np

from agents.vectors import VectorMemory
from inference.requests import Embedding, ModelId


def vector(value):
    return Embedding(np.array([value], dtype=np.float32), ModelId("use", "e1"), normalized=True)


def test_the_least_recently_used_vector_makes_room():
    memory = VectorMemory(entries_max=2)
    one, two, three = vector(1), vector(2), vector(3)
    memory.remember("one", one)
    memory.remember("two", two)
    assert memory.recall("one") is one
    memory.remember("three", three)
    assert memory.recall("two") is None
    assert memory.recall("one") is one
    assert memory.recall("three") is three
