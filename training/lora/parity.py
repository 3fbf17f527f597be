"""llama.cpp against PyTorch on the prompts that a run set aside."""

from __future__ import annotations

import json
import os
import subprocess

import numpy as np
import torch

from backbone import Backbone

#: Lowest cosine of the states, largest difference of logit(clone) - logit(different).
TOLERANCE = {"f16": (0.999, 0.05), "q8_0": (0.99, 0.5), "q4_k_m": (0.93, 1.5)}


class ParityError(Exception):
    """llama.cpp and PyTorch disagree: the exported file is not the trained model."""


@torch.no_grad()
def check_parity(backbone: Backbone, gguf: str, lines_path: str, kind: str) -> dict:
    """Figures of the comparison.

    ``backbone``: the merged model. Raises ParityError beyond the tolerance of ``kind``.
    """
    with open(lines_path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    theirs = _llama_cpp(gguf, backbone.settings.contrastive.pooling, lines_path)
    different = sum(a["tokens"] != [t["ids"] for t in line["texts"]] for a, line in zip(theirs, lines))
    margins, pair_cosines, side_cosines = [], [], []
    for line, answer in zip(lines, theirs):
        ids = torch.tensor([line["pair"]], device=backbone.device)
        state = backbone.decoder(input_ids=ids, use_cache=False).last_hidden_state[0, -1].float()
        logits = backbone.token_logits(state[None])[0, line["labels"]]
        clone, other = answer["logProbabilities"]
        margins.append(abs(float(logits[0] - logits[1]) - (clone - other)))
        pair_cosines.append(_cosine(state.cpu().numpy(), np.array(answer["pair"])))
        side = backbone.side_states([line["side"]])[0].cpu().numpy()
        side_cosines.append(_cosine(side, np.array(answer["side"])))
    cosine, margin = TOLERANCE[kind]
    figures = {
        "prompts": len(lines),
        "differentTokens": different,
        "pairCosineMin": round(min(pair_cosines), 5),
        "sideCosineMin": round(min(side_cosines), 5),
        "labelMarginMax": round(max(margins), 4),
        "tolerance": {"cosine": cosine, "labelMargin": margin},
    }
    if different or min(pair_cosines + side_cosines) < cosine or not max(margins) <= margin:
        raise ParityError(json.dumps(figures))
    return figures


def _llama_cpp(gguf: str, pooling: str, lines_path: str) -> list[dict]:
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "parity.mjs")
    with open(lines_path, encoding="utf-8") as lines:
        done = subprocess.run(
            ["node", script, os.path.abspath(gguf), pooling], stdin=lines, capture_output=True, text=True
        )
    if done.returncode != 0:
        raise ParityError(f"llama.cpp did not run {gguf}: {done.stderr.strip()[-2000:]}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def _cosine(a: np.ndarray, b: np.ndarray) -> float:
    return float(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
