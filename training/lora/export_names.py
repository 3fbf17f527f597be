"""Hugging Face parameter names to GGUF tensor names, for the architectures that export writes."""

from __future__ import annotations

import numpy as np

#: model_type of Hugging Face -> architecture of GGUF.
SUPPORTED = {"llama": "llama", "qwen2": "qwen2", "phi3": "phi3"}

_LAYER = {
    "input_layernorm": "attn_norm",
    "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.qkv_proj": "attn_qkv",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    # Phi-3 keeps gate and up in one matrix, as its GGUF does.
    "mlp.gate_up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
_OUTSIDE = {
    "model.embed_tokens.weight": "token_embd.weight",
    "model.norm.weight": "output_norm.weight",
    "lm_head.weight": "output.weight",
}


def gguf_name(name: str) -> str:
    """GGUF name of a parameter; raises KeyError for one that no supported model has."""
    if name in _OUTSIDE:
        return _OUTSIDE[name]
    _, _, layer, rest = name.split(".", 3)
    module, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{_LAYER[module]}.{kind}"


def interleaved(matrix: np.ndarray, heads: int) -> np.ndarray:
    """Rows of a query or key matrix as llama.cpp's llama rotates them: pairs side by side.

    Hugging Face rotates the first half of a head against its second half.
    """
    rows = matrix.shape[0]
    shape = (heads, 2, rows // heads // 2, *matrix.shape[1:])
    return matrix.reshape(shape).swapaxes(1, 2).reshape(matrix.shape)
