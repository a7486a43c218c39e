"""CTranslate2 on the sentences with random weights, int8, greedy.

Usage: python -m bench.sides.ct2 CACHE_FOLDER SENTENCES INTERxINTRA full|vmap
Each request: {"order": "sorted" | "arrival" | "single", "count": sentences}.
"""

import sys
from pathlib import Path
from typing import Any

import ctranslate2

from bench.sides import numbered
from bench.sides.protocol import serve

BATCH_TOKENS = 2_048
"""What CTranslate2's own documentation uses for throughput; smaller and larger ones were no faster here."""
BATCH = 32


class Side:
    """One translator and the sentences in its own words."""

    def __init__(self, cache: Path, sentences: int, threads: str, head: str) -> None:
        inter, intra = map(int, threads.split("x"))
        folder = numbered.folders(cache)["ct2" if head == "full" else "ct2-vmap"]
        self.vmap = head != "full"
        self.translator = ctranslate2.Translator(
            str(folder), compute_type="int8", inter_threads=inter, intra_threads=intra
        )
        self.sources = numbered.sentences(sentences)
        self.words = [[numbered.word(piece) for piece in ids] for ids in self.sources]
        self.ids = {numbered.word(piece): piece for piece in range(numbered.VOCABULARY)}

    def work(self, request: dict[str, Any]) -> dict[str, Any]:
        """Translate the first `count` sentences; all batches are handed over at once, so that no thread waits."""
        places = list(range(request["count"]))
        if request["order"] == "sorted":
            batches = [(places, self.submit(places, max_batch_size=BATCH_TOKENS, batch_type="tokens"))]
        else:
            size = BATCH if request["order"] == "arrival" else 1
            cut = [places[at : at + size] for at in range(0, len(places), size)]
            batches = [(batch, self.submit(batch)) for batch in cut]
        targets: list[list[int]] = []
        for batch, results in batches:
            for place, result in zip(batch, results, strict=True):
                hypothesis = result.result().hypotheses[0]
                # The callback that ends a sentence sees a token before it is kept.
                assert abs(len(hypothesis) - len(self.sources[place])) <= 1
                targets.append([self.ids[token] for token in hypothesis])
        return {"tokens": sum(len(self.sources[place]) for place in places), "targets": targets}

    def submit(self, places: list[int], **options: Any) -> list[Any]:
        """Hand sentences over; the results are awaited later."""
        lengths = [len(self.sources[place]) for place in places]
        return self.translator.translate_batch(
            [self.words[place] for place in places],
            asynchronous=True,
            beam_size=1,
            use_vmap=self.vmap,
            # No sentence ends by itself before its length, and the callback ends it there.
            max_decoding_length=numbered.TOKENS_MAX + 4,
            min_decoding_length=numbered.TOKENS_MAX + 4,
            callback=lambda step: step.step + 1 >= lengths[step.batch_id],
            **options,
        )


def main() -> None:
    side = Side(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:5])
    serve({"version": ctranslate2.__version__}, side.work)


if __name__ == "__main__":
    main()
