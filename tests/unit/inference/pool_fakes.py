"""A model without weights and the engine that runs it, for tests of everything around the engines."""

import threading
import time
from collections import Counter

from inference.engine import ModelFault, Outcome, Suspect, Work
from inference.models import DecoderKind, Geometry, LoadedModels, Pair, Precision, TranslationModel
from inference.requests import ModelId, SegmentTooLong, Translation
from schemas.settings import PoolSettings

MODEL = ModelId("fake", "1")
GEOMETRY = Geometry(
    decoder=DecoderKind.SSRU,
    layers=1,
    heads=1,
    head_dim=1,
    d_model=1,
    vocabulary=1,
    start=0,
    eos=0,
    source_tokens_max=8,
    target_tokens_max=8,
)


def fake_model(source="en", target="pt-BR", name="fake"):
    """What the pool reads of a model: its id and its pair. The engines below need no session."""
    pairs = (Pair(source, target, None),)
    return TranslationModel(ModelId(name, "1"), pairs, None, None, GEOMETRY, None, "none", Precision.STATIC8)


def settings(**values):
    return PoolSettings(**{"threads": 1, "nice": 0, **values})


def loaded(*models):
    return LoadedModels(models or (fake_model(),), None)


class Machine:
    """What all fake engines of one pool share: a gate that holds them, a log of what they ran, texts that fail."""

    def __init__(self, *, slots=4, look_ahead=8):
        self.slots = slots
        self.look_ahead = look_ahead
        self.open = threading.Event()
        self.open.set()
        self.started = threading.Event()
        self.ran = Counter()
        self.order = []
        self.poison = set()
        self.no_memory = set()
        self.bug = set()
        self.evicted = 0
        self.threads = set()

    def make_engines(self, models=1):
        def make(_report):
            return [FakeEngine(self) for _ in range(models)]

        return make


class FakeEngine:
    """Runs up to `slots` requests together; each takes as many steps as its text has words."""

    def __init__(self, machine):
        self.work = Work()
        self.machine = machine
        self.pending = []
        self.rows = []

    def warm_up(self):
        """There is nothing to plan here."""

    @property
    def busy(self):
        return bool(self.pending or self.rows)

    @property
    def room(self):
        return 0 if self.pending else self.machine.look_ahead

    def admit(self, requests):
        self.pending += requests

    def step(self):
        machine = self.machine
        machine.threads.add(threading.current_thread().name)
        before = len(self.rows)
        self.rows = [row for row in self.rows if not row[0].withdrawn]
        machine.evicted += before - len(self.rows)
        while self.pending and len(self.rows) < machine.slots:
            request = self.pending.pop(0)
            if not request.withdrawn:
                request.started_s = time.monotonic()
                self.rows.append([request, len(request.text.split())])
                machine.order.append(request.text)
        if self.rows and self.rows[0][0].text != "A box.":
            machine.started.set()
            machine.open.wait(10)
        texts = {request.text for request, _ in self.rows}
        if texts & machine.bug:
            raise KeyError("a defect in the program")
        if texts & (machine.poison | machine.no_memory):
            cause = MemoryError("no") if texts & machine.no_memory else RuntimeError("index out of bounds")
            rows, self.rows = self.rows, []
            return [Suspect(request, ModelFault(cause)) for request, _ in rows]
        self.work.steps += 1
        self.work.rows += len(self.rows)
        self.work.capacity += machine.slots
        return self._ended()

    def _ended(self):
        outcomes = []
        for row in self.rows:
            row[1] -= 1
            if row[1] <= 0:
                self.machine.ran[row[0].text] += 1
                outcomes.append(Outcome(row[0], answer(row[0].text)))
        self.rows = [row for row in self.rows if row[1] > 0]
        return outcomes


def answer(text):
    if text == "too long":
        return SegmentTooLong("9 tokens, fake takes 8")
    return Translation(text.upper(), MODEL, 1, 1, complete=True, queue_wait_s=0.0, compute_s=0.0)
