"""Run with the peers' interpreter: small models with random weights saved as the hub has them, and what they write.

Argument: a folder of tokenizer folders with `cases.json`. Weights are saved into each, answers go to standard output.
Beside `marian` comes `pickled`, the same weights as `pytorch_model.bin`, and `evil`, a pickle that would write a file.
"""

import json
import shutil
import sys
import warnings
from pathlib import Path

warnings.filterwarnings("ignore")

import torch  # noqa: E402
from transformers import (  # noqa: E402
    M2M100Config,
    M2M100ForConditionalGeneration,
    M2M100Tokenizer,
    MarianConfig,
    MarianMTModel,
    MarianTokenizer,
    NllbTokenizer,
)

SIZES = {
    "d_model": 64, "encoder_layers": 2, "decoder_layers": 2, "encoder_attention_heads": 4, "decoder_attention_heads": 4,
    "encoder_ffn_dim": 96, "decoder_ffn_dim": 96, "max_position_embeddings": 512, "init_std": 0.2,
    "tie_word_embeddings": False,
}  # fmt: skip


class Evil:
    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return Path.write_text, (self.path, "ran")


def marian(folder):
    tokenizer = MarianTokenizer.from_pretrained(folder)
    pad, eos = tokenizer.pad_token_id, tokenizer.eos_token_id
    config = MarianConfig(
        **SIZES, vocab_size=len(tokenizer.encoder), pad_token_id=pad, eos_token_id=eos, decoder_start_token_id=pad,
        forced_eos_token_id=None, activation_function="swish", scale_embedding=True,
    )  # fmt: skip
    model = MarianMTModel(config)
    model.generation_config.bad_words_ids = [[pad]]
    return tokenizer, model, None


def many(tokenizer, first):
    config = M2M100Config(
        **SIZES, vocab_size=len(tokenizer.get_vocab()) + 110, pad_token_id=1, eos_token_id=2, bos_token_id=0,
        decoder_start_token_id=2, activation_function="relu", scale_embedding=True,
    )  # fmt: skip
    return tokenizer, M2M100ForConditionalGeneration(config), first


def translate(tokenizer, model, first, text, mark):
    ids = tokenizer(mark + text, return_tensors="pt")["input_ids"]
    forced = {} if first is None else {"forced_bos_token_id": first}
    # The mark of the target is no part of what is written.
    limit = int(ids.shape[1] * 2.5) + 3 + (first is not None)
    written = model.generate(ids, num_beams=1, do_sample=False, max_new_tokens=limit, **forced)[0]
    return tokenizer.decode(written[1 + (first is not None) :], skip_special_tokens=True)


def main(folder):
    torch.set_num_threads(1)
    torch.manual_seed(7)
    cases = json.loads((folder / "cases.json").read_text())
    bpe = json.loads((folder / "bpe.json").read_text())
    nllb = NllbTokenizer(vocab=bpe["vocabulary"], merges=[tuple(pair) for pair in bpe["merges"]], src_lang="eng_Latn")
    nllb.save_pretrained(folder / "nllb")
    path = folder / "m2m100"
    m2m100 = M2M100Tokenizer(str(path / "vocab.json"), str(path / "sentencepiece.bpe.model"), src_lang="en")
    m2m100.save_pretrained(path)
    found = {}
    for name, (tokenizer, model, first) in {
        "marian": marian(folder / "marian"),
        "m2m100": many(m2m100, m2m100.get_lang_id("de")),
        "nllb": many(nllb, nllb.convert_tokens_to_ids("deu_Latn")),
    }.items():
        model.eval()
        mark = ">>deu<< " if name == "marian" else ""
        with torch.inference_mode():
            found[name] = [translate(tokenizer, model, first, text, mark) for text in cases["texts"]]
        if name == "marian":
            for other in ("pickled", "evil"):
                shutil.copytree(folder / name, folder / other)
                model.config.save_pretrained(folder / other)
            torch.save(model.state_dict(), folder / "pickled/pytorch_model.bin")
            torch.save({"model.shared.weight": Evil(folder / "ran")}, folder / "evil/pytorch_model.bin")
        model.save_pretrained(folder / name)
    sys.stdout.write(json.dumps(found))


main(Path(sys.argv[1]))
