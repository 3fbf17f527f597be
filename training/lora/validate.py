"""Losses and figures on validation pairs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from sklearn.metrics import roc_auc_score

from examples import Example
from heads import Heads
from objective import Outputs, losses
from settings import Settings

Forward = Callable[[list[Example]], Outputs]


@torch.no_grad()
def validate(forward: Forward, heads: Heads, examples: list[Example], settings: Settings) -> dict:
    """``loss`` (what early stopping looks at), its parts, and accuracy or AUC of each head."""
    sums: dict[str, float] = {}
    batches = in_batches(examples, settings.training.batch_pairs)
    scores = Scores()
    for batch in batches:
        outputs = forward(batch)
        for name, loss in losses(outputs, heads, settings).items():
            sums[name] = sums.get(name, 0.0) + float(loss) * len(batch)
        scores.add(outputs, heads)
    figures = {f"{name} loss": round(value / len(examples), 4) for name, value in sums.items()}
    return {"loss": figures.pop("total loss"), **figures, **scores.figures()}


class Scores:
    """Scores of the three heads that need no generation, gathered batch by batch."""

    def __init__(self) -> None:
        self._labels: list[bool] = []
        self._scores: dict[str, list[float]] = {"forced": [], "binary": [], "contrastive": []}

    def add(self, outputs: Outputs, heads: Heads) -> None:
        self._labels += outputs.labels.tolist()
        self._scores["forced"] += outputs.forced_margin.tolist()
        self._scores["binary"] += heads.logits(outputs.pair).tolist()
        cosine = (heads.vectors(outputs.a) * heads.vectors(outputs.b)).sum(-1)
        self._scores["contrastive"] += cosine.tolist()

    @property
    def labels(self) -> np.ndarray:
        return np.array(self._labels)

    def of(self, head: str) -> np.ndarray:
        return np.array(self._scores[head])

    def figures(self) -> dict[str, float]:
        labels = self.labels
        figures = {
            f"{head} accuracy": round(float(((self.of(head) > 0) == labels).mean()), 4)
            for head in ("forced", "binary")
        }
        if len(set(self._labels)) == 2:
            for head in self._scores:
                figures[f"{head} AUC"] = round(float(roc_auc_score(labels, self.of(head))), 4)
        return figures


def in_batches(examples: list[Example], size: int) -> list[list[Example]]:
    """Batches in the given order, the last one smaller."""
    return [examples[i : i + size] for i in range(0, len(examples), size)]
