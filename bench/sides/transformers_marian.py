"""transformers in float32 on the sentences with random weights; it also judges the tokens that other sides wrote.

Usage: python -m bench.sides.transformers_marian CACHE_FOLDER SENTENCES THREADS
Requests: {"count": sentences} translates in batches of 32 as they come; {"judge": targets, "columns": ids or null}
answers the share of tokens that are float32's choice after the same tokens before them.
"""

import sys
from pathlib import Path
from typing import Any

import torch
from transformers import LogitsProcessor, LogitsProcessorList, MarianMTModel
from transformers.utils.logging import disable_progress_bar

from bench.sides import numbered
from bench.sides.protocol import serve

BATCH = 32
NEVER = -1e9


class Ends(LogitsProcessor):
    """A sentence ends at its length and not before."""

    def __init__(self, lengths: list[int]) -> None:
        self.lengths = torch.tensor(lengths)

    def __call__(self, written: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores float32 [rows, vocabulary] of the next token."""
        scores[:, [numbered.EOS, numbered.PAD]] = NEVER
        # `written` begins with the start token, so this step writes the token of that number.
        scores[written.shape[1] >= self.lengths, numbered.EOS] = -NEVER
        return scores


class Side:
    """The model and the sentences."""

    def __init__(self, cache: Path, sentences: int, threads: int) -> None:
        torch.set_num_threads(threads)
        self.model = MarianMTModel.from_pretrained(numbered.folders(cache)["checkpoint"]).eval()
        self.sources = numbered.sentences(sentences)

    @torch.inference_mode()
    def work(self, request: dict[str, Any]) -> dict[str, Any]:
        """Translate or judge."""
        if "judge" in request:
            return self.judge(request["judge"], request["columns"])
        targets = []
        for at in range(0, request["count"], BATCH):
            batch = self.sources[at : min(at + BATCH, request["count"])]
            ids, mask = padded(batch)
            written = self.model.generate(
                input_ids=ids,
                attention_mask=mask,
                num_beams=1,
                do_sample=False,
                max_new_tokens=numbered.TOKENS_MAX + 4,
                logits_processor=LogitsProcessorList([Ends([len(source) for source in batch])]),
            )
            for source, row in zip(batch, written.tolist(), strict=True):
                target = row[1 : len(source) + 1]
                assert target[-1] == numbered.EOS
                assert numbered.EOS not in target[:-1]
                targets.append(target)
        return {"tokens": sum(map(len, self.sources[: request["count"]])), "targets": targets}

    def judge(self, targets: list[list[int]], columns: list[int] | None) -> dict[str, Any]:
        """Compare each token but the last, which the length decides, with float32's among the same columns."""
        allowed = torch.full((numbered.VOCABULARY,), NEVER if columns else 0.0)
        if columns:
            allowed[columns] = 0.0
        allowed[[numbered.EOS, numbered.PAD]] = NEVER
        right = compared = 0
        for at in range(0, len(targets), BATCH):
            batch = targets[at : at + BATCH]
            sources = self.sources[at : at + len(batch)]
            ids, mask = padded(sources)
            written, _ = padded([target[: len(source) - 1] for source, target in zip(sources, batch, strict=True)])
            starts = torch.full((len(batch), 1), numbered.PAD)
            logits = self.model(
                input_ids=ids, attention_mask=mask, decoder_input_ids=torch.cat([starts, written[:, :-1]], 1)
            ).logits
            choice = (logits + allowed).argmax(-1)
            real = written != numbered.PAD
            right += int((choice == written)[real].sum())
            compared += int(real.sum())
        return {"agreement": right / compared, "compared": compared}


def padded(rows: list[list[int]]) -> tuple[torch.Tensor, torch.Tensor]:
    """Return ids and mask, int64 [rows, longest]."""
    ids = torch.full((len(rows), max(map(len, rows))), numbered.PAD)
    for row, values in enumerate(rows):
        ids[row, : len(values)] = torch.tensor(values)
    return ids, (ids != numbered.PAD).long()


def main() -> None:
    disable_progress_bar()
    side = Side(Path(sys.argv[1]), *map(int, sys.argv[2:4]))
    serve({"version": torch.__version__}, side.work)


if __name__ == "__main__":
    main()
