"""Sentence encoders of transformers, with random weights: writes model folders and what the models make of texts.

Run by the peers' interpreter: `peer_encoder.py JOB.json`, where JOB is {"models": [{"folder", "config"}], "texts":
[[id]]}. Beside each model `expected.npz` holds the vectors of every text alone, mean and first token.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from transformers import AutoConfig, AutoModel

SEED = 11


def main() -> None:
    job = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    torch.manual_seed(SEED)
    for wanted in job["models"]:
        sizes = dict(wanted["config"])
        model = AutoModel.from_config(AutoConfig.for_model(sizes.pop("model_type"), **sizes)).eval()
        shake(model)
        folder = Path(wanted["folder"])
        model.save_pretrained(folder)
        np.savez(folder / "expected.npz", **vectors(model, job["texts"]))


def shake(model: torch.nn.Module) -> None:
    """Biases start at 0 and norms at 1: nothing would show that one of them is read wrong."""
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.ndim == 1:
                value.add_(0.1 * torch.randn_like(value))
            elif "embeddings" in name:
                value.add_(0.05 * torch.randn_like(value))
            else:
                value.mul_(2)


def vectors(model: torch.nn.Module, texts: list[list[int]]) -> dict[str, np.ndarray]:
    with torch.no_grad():
        states = [model(torch.tensor([ids])).last_hidden_state[0] for ids in texts]
    return {
        "mean": torch.stack([state.mean(0) for state in states]).numpy(),
        "cls": torch.stack([state[0] for state in states]).numpy(),
    }


if __name__ == "__main__":
    main()
