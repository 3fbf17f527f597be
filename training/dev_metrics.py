"""Quick figures on a fixed sample of the calibration part, for choosing checkpoints."""

from __future__ import annotations

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from encoder import HIDDEN, Encoder
from split import part_of
from text_store import TextStore

PAIRS = [("python", "java"), ("rust", "java"), ("rust", "python"), ("rust", "ruby")]


def calibration_sample(store: TextStore, size: int, seed: int = 7) -> list[int]:
    """Row numbers of ``size`` calibration programs, atcoder and ruby first."""
    rng = np.random.default_rng(seed)
    rows = [i for i, m in enumerate(store.meta) if part_of(m["problem"]) == "calibration"]
    rng.shuffle(rows)
    wanted = {"python", "java", "rust", "ruby"}

    def rank(i: int) -> int:
        meta = store.meta[i]
        return 0 if meta["set"] == "atcoder" and meta["lang"] in wanted else 1

    return sorted(sorted(rows, key=rank)[:size])


@torch.inference_mode()
def embed_rows(model: Encoder, store: TextStore, rows: list[int], max_tokens: int) -> np.ndarray:
    """L2-normalised vectors of store rows."""
    ids = [store.ids(i, max_tokens) for i in rows]
    # Like lengths go together, so that few tokens are padding.
    order = np.argsort([len(r) for r in ids], kind="stable")
    vectors = np.zeros((len(ids), HIDDEN), dtype=np.float32)
    for start in range(0, len(order), 48):
        part = order[start : start + 48]
        vectors[part] = model([ids[i] for i in part]).cpu().numpy()
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def dev_figures(model: Encoder, store: TextStore, rows: list[int], max_tokens: int) -> dict:
    """AUC per language pair (atcoder), AUC over all and retrieval MAP across languages."""
    vectors = embed_rows(model, store, rows, max_tokens)
    meta = [store.meta[i] for i in rows]
    problems = np.array([m["problem"] for m in meta])
    sets = np.array([m["set"] for m in meta])
    langs = np.array([m["lang"] for m in meta])
    scores = vectors @ vectors.T
    same = problems[:, None] == problems[None, :]
    figures: dict[str, float] = {}
    for a, b in PAIRS:
        block = np.ix_((langs == a) & (sets == "atcoder"), (langs == b) & (sets == "atcoder"))
        truth = same[block].ravel()
        if 0 < truth.sum() < len(truth):
            figures[f"auc {a}-{b}"] = round(roc_auc_score(truth, scores[block].ravel()), 4)
    precision = []
    for i in range(len(rows)):
        others = langs != langs[i]
        truth = same[i][others]
        if truth.any():
            order = np.argsort(-scores[i][others], kind="stable")
            hits = truth[order]
            ranks = np.flatnonzero(hits) + 1
            precision.append(np.mean(np.arange(1, len(ranks) + 1) / ranks))
    figures["map"] = round(float(np.mean(precision)), 4)
    return figures
