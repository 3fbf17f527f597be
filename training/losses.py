"""The contrastive loss."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def info_nce(vectors: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """InfoNCE over all clone pairs of a batch.

    ``vectors`` [n, d], ``labels`` [n]; every row is an anchor, each of its clones a positive of
    its own, and the rows of other labels are the negatives. Rows without a clone are negatives
    only.
    """
    z = F.normalize(vectors.float(), dim=1)
    logits = z @ z.T / temperature
    same = labels[:, None] == labels[None, :]
    itself = torch.eye(len(labels), dtype=torch.bool)
    negatives = logits.masked_fill(same, float("-inf")).logsumexp(1, keepdim=True)
    losses = torch.logaddexp(logits, negatives) - logits
    positive = same & ~itself
    per_anchor = (losses * positive).sum(1) / positive.sum(1).clamp(min=1)
    has_clone = positive.any(1)
    return per_anchor[has_clone].mean()
