"""Two (or more) single-threaded workers that share one batch.

On a CPU this beats one process with several threads: threads meet at a barrier after every
operation, workers only twice a step (to exchange vectors and gradients), so that a core taken
away for a moment does not stall the others.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
import torch.distributed as dist
from torch import Tensor

from encoder import Encoder


def split_evenly(rows: Sequence[np.ndarray], workers: int) -> list[list[int]]:
    """Row numbers per worker, with near-equal work (long rows dealt out first)."""
    order = sorted(range(len(rows)), key=lambda i: -len(rows[i]))
    shares: list[list[int]] = [[] for _ in range(workers)]
    for at, i in enumerate(order):
        turn, place = divmod(at, workers)
        shares[place if turn % 2 == 0 else workers - 1 - place].append(i)
    return shares


def gather_vectors(own: Tensor, shares: list[list[int]], rank: int) -> Tensor:
    """All vectors of the batch in row order; only this worker's own carry gradients."""
    whole = torch.zeros(sum(map(len, shares)), own.shape[1])
    whole[shares[rank]] = own.detach()
    dist.all_reduce(whole)
    mine = torch.tensor(shares[rank])
    return whole.index_copy(0, mine, own)


def sum_gradients(model: Encoder) -> Tensor:
    """Adds up the gradients over the workers; returns them end to end in fp32."""
    flat = torch.cat([p.grad.reshape(-1).float().cpu() for p in model.parameters()])
    dist.all_reduce(flat)
    return flat
