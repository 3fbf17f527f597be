"""The two heads that read hidden states, and their losses."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Layers(nn.Module):
    """Standardisation and linear layers with tanh between them; the layer file of a manifest."""

    def __init__(self, widths: list[int], orthogonal: bool = False) -> None:
        super().__init__()
        self.register_buffer("mean", torch.zeros(widths[0]))
        self.register_buffer("scale", torch.ones(widths[0]))
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(widths, widths[1:]))
        for layer in self.layers:
            nn.init.zeros_(layer.bias)
            if orthogonal:
                nn.init.orthogonal_(layer.weight)
        if not orthogonal:
            nn.init.normal_(self.layers[-1].weight, std=0.01)

    def standardise_by(self, states: torch.Tensor) -> None:
        """Sets mean and scale from states (n, inputs)."""
        self.mean.copy_(states.mean(0))
        self.scale.copy_(states.std(0).clamp(min=1e-4))

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        """States (n, inputs) to outputs (n, outputs)."""
        values = (states - self.mean) / self.scale
        for i, layer in enumerate(self.layers):
            values = layer(values)
            if i + 1 < len(self.layers):
                values = torch.tanh(values)
        return values

    def to_json(self) -> dict:
        """The layer file that src/student reads."""
        rounded = lambda tensor: [float(f"{x:.6g}") for x in tensor.tolist()]  # noqa: E731
        return {
            "kind": "layers",
            "inputs": self.mean.numel(),
            "mean": rounded(self.mean),
            "scale": rounded(self.scale),
            "layers": [
                {
                    "weights": [rounded(row) for row in layer.weight.detach()],
                    "bias": rounded(layer.bias.detach()),
                    "activation": "tanh" if i + 1 < len(self.layers) else "identity",
                }
                for i, layer in enumerate(self.layers)
            ],
        }


class Heads(nn.Module):
    """Binary head over the state of the pair prompt; projection of the state of a side."""

    def __init__(self, hidden: int, binary_hidden: int, dimensions: int) -> None:
        super().__init__()
        self.binary = Layers([hidden, binary_hidden, 1] if binary_hidden else [hidden, 1])
        self.projection = Layers([hidden, dimensions], orthogonal=True)

    def logits(self, states: torch.Tensor) -> torch.Tensor:
        """Logits of a clone (n) for states of the pair prompt (n, hidden)."""
        return self.binary(states)[:, 0]

    def vectors(self, states: torch.Tensor) -> torch.Tensor:
        """Vectors of length 1 (n, dimensions) for pooled states of single sides (n, hidden)."""
        return F.normalize(self.projection(states), dim=-1)


def infonce(a: torch.Tensor, b: torch.Tensor, same: torch.Tensor, temperature: float) -> torch.Tensor:
    """Each side of a clone pair must find its partner among the other sides of the batch.

    ``a``, ``b``: vectors (n, d); ``same``: which rows are clones. Rows that are not are negatives
    only. 0 when no row is a clone.
    """
    if not bool(same.any()):
        return a.sum() * 0
    similar = a @ b.T / temperature
    rows = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(similar[same], rows[same]) + F.cross_entropy(similar.T[same], rows[same])) / 2


def margin_loss(a: torch.Tensor, b: torch.Tensor, same: torch.Tensor, margin: float) -> torch.Tensor:
    """Clones cost their distance 1 - cosine; other pairs what their cosine exceeds ``margin`` by."""
    cosine = (a * b).sum(-1)
    return torch.where(same, 1 - cosine, F.relu(cosine - margin)).mean()
