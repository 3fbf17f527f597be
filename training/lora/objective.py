"""What one batch of pairs costs: rationale, forced conclusion, binary head, contrastive head."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch.nn import functional as F

from backbone import Backbone
from examples import Example
from heads import Heads, infonce, margin_loss
from settings import Settings


@dataclass
class Outputs:
    """A batch through the backbone, before the heads. ``labels`` (pairs)."""

    labels: torch.Tensor
    #: State of the forced prompt (pairs, hidden).
    pair: torch.Tensor
    #: Pooled states of the sides (pairs, hidden).
    a: torch.Tensor
    b: torch.Tensor
    #: Cross-entropies of the completions; None where no adapters train or no pair has a rationale.
    forced_loss: torch.Tensor | None
    free_loss: torch.Tensor | None
    #: logit(clone) - logit(different) of the label tokens after the forced prompt (pairs).
    forced_margin: torch.Tensor


def through_backbone(backbone: Backbone, examples: list[Example], with_loss: bool) -> Outputs:
    """Runs a batch. ``with_loss``: also the cross-entropies of the completions."""
    states = backbone.pair_states(examples)
    rows = torch.arange(len(examples), device=states.device)
    pair = states[rows, [e.state for e in examples]]
    sides = backbone.side_states([e.a for e in examples] + [e.b for e in examples])
    label_ids = torch.tensor([e.label_ids for e in examples], device=states.device)
    chosen = backbone.token_logits(pair).gather(1, label_ids)
    return Outputs(
        labels=torch.tensor([e.label for e in examples], device=states.device),
        pair=pair,
        a=sides[: len(examples)],
        b=sides[len(examples) :],
        forced_loss=_completion_loss(backbone, states, [e.forced_targets for e in examples]) if with_loss else None,
        free_loss=_completion_loss(backbone, states, [e.free_targets for e in examples]) if with_loss else None,
        forced_margin=chosen[:, 0] - chosen[:, 1],
    )


def _completion_loss(backbone: Backbone, states: torch.Tensor, targets: list[list[tuple[int, int]]]):
    """Mean over the pairs of the mean over the tokens; None without any token."""
    flat = [(row, at, wanted, 1 / len(one)) for row, one in enumerate(targets) for at, wanted in one]
    if not flat:
        return None
    rows, at, wanted, share = zip(*flat)
    logits = backbone.token_logits(states[list(rows), list(at)])
    losses = F.cross_entropy(logits, torch.tensor(wanted, device=states.device), reduction="none")
    return (losses * torch.tensor(share, device=states.device)).sum() / sum(bool(one) for one in targets)


def losses(outputs: Outputs, heads: Heads, settings: Settings) -> dict[str, torch.Tensor]:
    """The weighted parts, and their sum as ``total``."""
    contrastive = settings.contrastive
    a, b = heads.vectors(outputs.a), heads.vectors(outputs.b)
    apart = (
        infonce(a, b, outputs.labels, contrastive.temperature)
        if contrastive.loss == "infonce"
        else margin_loss(a, b, outputs.labels, contrastive.margin)
    )
    parts = {
        "binary": settings.binary.weight
        * F.binary_cross_entropy_with_logits(heads.logits(outputs.pair), outputs.labels.float()),
        "contrastive": contrastive.weight * apart,
    }
    if outputs.forced_loss is not None:
        parts["forced"] = settings.generation.forced_weight * outputs.forced_loss
    if outputs.free_loss is not None:
        parts["free"] = settings.generation.free_weight * outputs.free_loss
    parts["total"] = sum(parts.values())
    return parts
