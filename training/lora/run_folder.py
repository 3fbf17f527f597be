"""What a run leaves in its folder.

settings.json, prompt.json   what it was made from
log.jsonl                    one line per step and per validation
checkpoint.pt                everything that ``--resume`` needs
best/adapter, best/heads.pt  the best validation so far
result.json                  calibrations and figures; written last, so it marks a finished run
parity.jsonl                 prompts that export compares llama.cpp and PyTorch on
"""

from __future__ import annotations

import dataclasses
import json
import os
import random

import numpy as np
import torch
from peft import get_peft_model_state_dict, set_peft_model_state_dict
from torch import nn

from examples import Example, json_lines
from settings import Settings
from tokens import Tokens


class RunFolder:
    def __init__(self, path: str) -> None:
        self.path = path
        os.makedirs(path, exist_ok=True)

    def at(self, *names: str) -> str:
        return os.path.join(self.path, *names)

    def write_json(self, name: str, value) -> None:
        """Writes in one step, so that a cut run leaves no half file."""
        with open(self.at(name + ".part"), "w", encoding="utf-8") as file:
            json.dump(value, file, indent=2)
            file.write("\n")
        os.replace(self.at(name + ".part"), self.at(name))

    def read_json(self, name: str):
        with open(self.at(name), encoding="utf-8") as file:
            return json.load(file)

    def log(self, line: dict) -> None:
        with open(self.at("log.jsonl"), "a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def write_settings(self, settings: Settings) -> None:
        self.write_json("settings.json", dataclasses.asdict(settings))

    def write_parity(self, examples: list[Example], data: str, tokens: Tokens) -> None:
        """Token ids of the forced prompts up to the label and of single sides; texts with their ids."""
        segments = {
            line["id"]: line["segments"]
            for line in json_lines(os.path.join(data, "prompts.jsonl"))
            if line["kind"] == "forced"
        }
        with open(self.at("parity.jsonl"), "w", encoding="utf-8") as file:
            for e in examples:
                texts = [
                    {
                        "text": segment["text"],
                        "marked": not segment["code"],
                        "ids": (tokens.plain if segment["code"] else tokens.marked)(segment["text"]),
                    }
                    for segment in segments[e.id]
                ]
                line = {
                    "id": e.id,
                    "pair": e.ids[: e.state + 1],
                    "side": e.a,
                    "labels": e.label_ids,
                    "texts": texts,
                }
                file.write(json.dumps(line) + "\n")

    def save_best(self, model: nn.Module, heads: nn.Module) -> None:
        os.makedirs(self.at("best"), exist_ok=True)
        if hasattr(model, "peft_config"):
            model.save_pretrained(self.at("best", "adapter"))
        torch.save(heads.state_dict(), self.at("best", "heads.pt"))

    def load_best(self, model: nn.Module, heads: nn.Module) -> None:
        """Puts the best adapters and heads into the model at hand."""
        load_weights(self.path, model, heads)


def load_weights(folder: str, model: nn.Module, heads: nn.Module) -> None:
    """Adapters and heads of the best validation of the run in ``folder``."""
    if hasattr(model, "peft_config"):
        from safetensors.torch import load_file

        adapter = os.path.join(folder, "best", "adapter", "adapter_model.safetensors")
        set_peft_model_state_dict(model, load_file(adapter))
    heads.load_state_dict(torch.load(os.path.join(folder, "best", "heads.pt"), weights_only=True))


def save_checkpoint(path: str, model, heads, optimiser, progress: dict) -> None:
    """``progress``: plain values (epoch, batch, step, best, …)."""
    adapters = get_peft_model_state_dict(model) if hasattr(model, "peft_config") else {}
    state = {
        "adapters": adapters,
        "heads": heads.state_dict(),
        "optimiser": optimiser.state_dict(),
        "torch random": torch.get_rng_state(),
        "progress": progress,
    }
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def load_checkpoint(path: str, model, heads, optimiser) -> dict:
    """Restores a checkpoint and gives its progress."""
    state = torch.load(path, weights_only=True)
    if hasattr(model, "peft_config"):
        set_peft_model_state_dict(model, state["adapters"])
    heads.load_state_dict(state["heads"])
    optimiser.load_state_dict(state["optimiser"])
    torch.set_rng_state(state["torch random"])
    return state["progress"]


def seed_all(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
