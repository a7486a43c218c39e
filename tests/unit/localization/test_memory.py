from localization.memory import Key, Memory, Verdict


def key(segment, version="v1"):
    return Key("en", "pt-BR", segment, version, "p1")


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


def test_room_for_none_keeps_none():
    memory = Memory(0)
    memory.remember(key("a"), Verdict("A"))
    assert (len(memory), memory.recall(key("a"))) == (0, None)
