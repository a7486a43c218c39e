"""Run with the peers' interpreter: what transformers' own tokenizers make of texts, and of ids.

Argument: a folder with `cases.json`; the answers go to standard output. Makes `nllb/tokenizer.json` first, as transformers writes it.
"""

import json
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

from transformers import M2M100Tokenizer, MarianTokenizer, NllbTokenizer  # noqa: E402


def main(folder):
    cases = json.loads((folder / "cases.json").read_text())
    bpe = json.loads((folder / "bpe.json").read_text())
    nllb = NllbTokenizer(
        vocab=bpe["vocabulary"],
        merges=[tuple(pair) for pair in bpe["merges"]],
        src_lang="eng_Latn",
        tgt_lang="deu_Latn",
    )
    nllb.save_pretrained(folder / "nllb")
    m2m100 = M2M100Tokenizer(
        str(folder / "m2m100/vocab.json"), str(folder / "m2m100/sentencepiece.bpe.model"), src_lang="pt", tgt_lang="de"
    )
    m2m100.save_pretrained(folder / "m2m100")
    found = {}
    for name, tokenizer in (
        ("marian", MarianTokenizer.from_pretrained(folder / "marian")),
        ("separate", MarianTokenizer.from_pretrained(folder / "separate")),
        ("m2m100", m2m100),
        ("nllb", nllb),
    ):
        ids = [tokenizer(text)["input_ids"] for text in cases["texts"]]
        targets = [tokenizer(text_target=text)["input_ids"] for text in cases["texts"]]
        found[name] = {
            "ids": ids,
            "targets": targets,
            "texts": [tokenizer.decode(one, skip_special_tokens=True) for one in targets],
        }
    found["marked"] = MarianTokenizer.from_pretrained(folder / "marian")(">>deu<< " + cases["texts"][0])["input_ids"]
    found["de"] = m2m100.get_lang_id("de")
    found["deu_Latn"] = nllb.convert_tokens_to_ids("deu_Latn")
    sys.stdout.write(json.dumps(found))


main(Path(sys.argv[1]))
