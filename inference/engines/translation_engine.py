"""Continuous batching of one translation model on one thread."""

import re
from collections.abc import Callable, Sequence
from time import monotonic
from typing import Final

import numpy as np

from inference.engine import WARM_UP_TEXT, Answer, ModelFault, Outcome, Suspect, Work
from inference.engines.arena import Arena
from inference.engines.beam import BeamSlots
from inference.engines.boarding import Boarding, Sentence
from inference.engines.decode import Decode, Ended
from inference.engines.decoder_slots import DecoderSlots
from inference.engines.device_slots import DeviceSlots
from inference.engines.slots import Slots
from inference.engines.tuning import tuning
from inference.models import Precision, TranslationModel
from inference.providers import CUDA
from inference.requests import Decoding, PoisonText, SegmentTooLong, Translation
from inference.scheduling.queue import Request
from schemas.errors import DragomanError
from schemas.report import BatchRun, Report

CADENCE: Final = 4
"""Steps between two admissions while an eighth of the rows is in use: an encoder run for one sentence costs more than a
step of all rows, and twice as much a sentence as a run for eight."""
_FIRST_WORD: Final = re.compile(r"\W*(\w+)")


def second_reading(text: str) -> str:
    """Return the text with its first letter in lower case, when the first word is capitalised like a sentence.

    Another decoding for titles and single words. A word that is capital throughout or holds a digit may be a protected
    span and stays as it is.
    """
    match = _FIRST_WORD.match(text)
    if match is None or not match[1].istitle() or not match[1].isalpha():
        return text
    at = match.start(1)
    return text[:at] + text[at].lower() + text[at + 1 :]


class TranslationEngine:
    """Sentences in, translations out, through slots that are refilled as soon as a sentence ends.

    A request is tokenized when it is admitted, encoded in a group when a row is about to be free, decoded in a row
    beside others, and answered when it ends. One that is more urgent than all that wait is encoded next and has the
    next free row. A text does not depend on its neighbours: the graphs scale activations by row or by constants, and
    attention is per row. Beam search runs in rows of its own, made when first asked for.

    `slots`: sentences decoded together, 0 for what suits this processor; `beam`: hypotheses of a beam search.
    A BatchRun sums up a window of the decode: mean rows of its steps, tokens encoded and decoded, the waits it ended.
    """

    def __init__(self, model: TranslationModel, slots: int, report: Callable[[Report], None], beam: int = 4) -> None:
        self.work = Work()
        self._model = model
        self._report = report
        self._tuning = tuning(slots, model.geometry.d_model, gpu=model.provider == CUDA)
        self._beam = beam
        self._narrowed = frozenset(() if model.narrowed is None else model.narrowed.tolist())
        self._arena = Arena(model.provider, self._tuning.group_tokens)
        slots = self._tuning.slots
        self._greedy = self._decode(self._greedy_rows(slots), slots, 1)
        self._decodes = [self._greedy]
        self._outcomes: list[Outcome | Suspect] = []
        self._since_admission = 0
        self._window = _Window()

    @property
    def busy(self) -> bool:
        """Whether anything is on board."""
        return bool(self._outcomes) or any(decode.busy for decode in self._decodes)

    @property
    def room(self) -> int:
        """A look-ahead when nobody waits and an eighth of the rows in use is free: fuller encoder runs cost less.

        In company, arrivals of CADENCE steps are encoded together.
        """
        if any(len(decode.boarding) for decode in self._decodes):
            return 0
        if self._since_admission < CADENCE and self._greedy.active >= max(1, self._greedy.capacity // 8):
            return 0
        used = [decode for decode in self._decodes if decode.active]
        free = any(decode.capacity - decode.active >= max(1, decode.capacity // 8) for decode in used)
        return self._tuning.look_ahead if free or not used else 0

    def warm_up(self) -> None:
        """Encode the longest sentence and a full group, and decode a step of each, in full rows. Raises ModelFault."""
        rows, tuning, pair = self._greedy.rows, self._tuning, self._model.pairs[0]
        ids = pair.tokenizer.encode(WARM_UP_TEXT)
        most = self._model.geometry.source_tokens_max
        group = [np.resize(ids, min(most, max(1, tuning.group_tokens // tuning.slots)))] * tuning.slots
        for sentences in ([np.resize(ids, most)], group):
            for row, memory in enumerate(rows.encode(sentences)):
                rows.place(row, memory, pair.first)
            rows.advance()
            rows.clear()

    def admit(self, requests: Sequence[Request]) -> None:
        """Tokenize; a text that the tokenizer refuses or that is too long is answered at once."""
        self._since_admission = 0
        for request in requests:
            try:
                sentence = self._tokenize(request)
            except DragomanError as error:
                self._outcomes.append(Outcome(request, error))
            else:
                self._decode_of(request).boarding.add(sentence)

    def step(self) -> list[Outcome | Suspect]:
        """Fill free rows, decode one token of each row, hand over what ended."""
        began_s = monotonic()
        self._since_admission += 1
        for decode in self._decodes:
            self._advance(decode)
        self.work.evicted = sum(decode.evicted for decode in self._decodes)
        spent_s = monotonic() - began_s
        self.work.busy_s += spent_s
        self._window.seconds += spent_s
        if not any(decode.busy for decode in self._decodes):
            self._flush()
        outcomes, self._outcomes = self._outcomes, []
        return outcomes

    def _decode_of(self, request: Request) -> Decode:
        if request.decoding is not Decoding.BEAM:
            return self._greedy
        if len(self._decodes) == 1:
            sentences = max(1, self._tuning.slots // self._beam)
            rows = BeamSlots(self._model, sentences, self._beam, self._arena)
            self._decodes.append(self._decode(rows, sentences, self._beam))
        return self._decodes[1]

    def _greedy_rows(self, slots: int) -> Slots:
        """Float16 is for GPUs: its decoder answers with tokens, and its state is on the decoder's device."""
        if self._model.precision is Precision.FLOAT16:
            return DeviceSlots(self._model, slots, self._report)
        return DecoderSlots(self._model, slots, self._arena)

    def _decode(self, rows: Slots, capacity: int, width: int) -> Decode:
        boarding = Boarding(self._tuning.group_tokens, capacity)
        return Decode(rows, capacity, width, boarding, self._encode)

    def _tokenize(self, request: Request) -> Sentence:
        text = second_reading(request.text) if request.decoding is Decoding.SECOND else request.text
        pair = self._model.pairs[request.pair]
        try:
            ids = pair.tokenizer.encode(text)
        except Exception as error:
            raise PoisonText(f"the tokenizer of {self._model.id.name} refuses this text") from error
        longest = self._model.geometry.source_tokens_max
        if len(ids) > longest:
            raise SegmentTooLong(f"{len(ids)} tokens, {self._model.id.name} takes {longest}")
        self.work.shortlist_misses += not self._narrowed.isdisjoint(ids.tolist())
        return Sentence(request, ids, pair.first)

    def _encode(self, decode: Decode, group: list[Sentence]) -> None:
        """Run the encoder on a group that boards; a fault goes to every sentence of it."""
        now_s = monotonic()
        try:
            memories = decode.rows.encode([sentence.ids for sentence in group])
        except ModelFault as fault:
            self._suspect(group, fault)
            return
        lengths = [len(sentence.ids) for sentence in group]
        for sentence in group:
            sentence.request.started_s = now_s
        decode.boarding.encoded(group, memories)
        self.work.tokens_in += sum(lengths)
        if self._window.steps >= _WINDOW_STEPS:
            self._flush()
        self._window.tokens += sum(lengths)
        self._window.computed += len(lengths) * max(lengths)
        self._window.waits_s += [now_s - sentence.request.arrived_s for sentence in group]

    def _advance(self, decode: Decode) -> None:
        try:
            decode.refill()
            rows = decode.active * decode.width
            if not rows:
                return
            ended = decode.advance()
            self._outcomes += [Outcome(end.sentence.request, self._answer(end)) for end in ended]
            decode.replace()
        except ModelFault as fault:
            # The state is updated in place, so a row of a failed run has none to go on from.
            self._suspect(decode.abandon(), fault)
            return
        self.work.steps += 1
        self.work.rows += rows
        self.work.capacity += decode.capacity * decode.width
        self._window.steps += 1
        self._window.rows += rows

    def _suspect(self, sentences: Sequence[Sentence], fault: ModelFault) -> None:
        self._outcomes += [Suspect(sentence.request, fault) for sentence in sentences]

    def _answer(self, end: Ended) -> Answer | DragomanError:
        request = end.sentence.request
        self.work.tokens_out += len(end.ids)
        try:
            text = self._model.pairs[request.pair].tokenizer.decode(end.ids)
        except Exception as error:  # noqa: BLE001  (one undecodable sequence must not end the thread)
            return PoisonText(f"the tokenizer of {self._model.id.name} cannot write this translation ({error!r})")
        return Translation(
            text=text,
            model=self._model.id,
            tokens_in=len(end.sentence.ids),
            tokens_out=len(end.ids),
            complete=end.complete,
            queue_wait_s=request.started_s - request.arrived_s,
            compute_s=monotonic() - request.started_s,
        )

    def _flush(self) -> None:
        """Report the decoder's last window; nothing when it holds nothing."""
        window, self._window = self._window, _Window()
        if window.steps:
            self._report(
                BatchRun(
                    model=self._model.id.name,
                    rows=round(window.rows / window.steps),
                    capacity=self._tuning.slots,
                    tokens=window.tokens + window.rows,
                    padded_tokens=window.computed + window.rows,
                    queue_wait_s=tuple(window.waits_s),
                    seconds=window.seconds,
                    steps=window.steps,
                )
            )


_WINDOW_STEPS: Final = 64
"""Decoder steps summed in one report: at most about ten reports a second and thread."""


class _Window:
    """What a report sums up: decoder steps, their rows, encoder tokens real and computed, and the waits it ended."""

    __slots__ = ("computed", "rows", "seconds", "steps", "tokens", "waits_s")

    def __init__(self) -> None:
        self.steps = 0
        self.rows = 0
        self.tokens = 0
        self.computed = 0
        self.waits_s: list[float] = []
        self.seconds = 0.0
