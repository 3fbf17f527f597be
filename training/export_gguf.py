"""Step 4: encoder weights -> GGUF (Q8_0 or F16) that llama.cpp reads as a BERT embedding model."""

from __future__ import annotations

import argparse
import os

import gguf
import numpy as np
from gguf import GGMLQuantizationType, GGUFWriter

from encoder import HEADS, HIDDEN, INTERMEDIATE, LAYER_NORM_EPS, POSITIONS, Encoder, base_folder, load_encoder

_LAYER_NAMES = {
    "attention.self.query": "attn_q",
    "attention.self.key": "attn_k",
    "attention.self.value": "attn_v",
    "attention.output.dense": "attn_output",
    "attention.output.LayerNorm": "attn_output_norm",
    "intermediate.dense": "ffn_up",
    "output.dense": "ffn_down",
    "output.LayerNorm": "layer_output_norm",
}
_EMBEDDING_NAMES = {
    "embeddings.word_embeddings.weight": "token_embd.weight",
    "embeddings.position_embeddings.weight": "position_embd.weight",
    "embeddings.token_type_embeddings.weight": "token_types.weight",
    "embeddings.LayerNorm.weight": "token_embd_norm.weight",
    "embeddings.LayerNorm.bias": "token_embd_norm.bias",
}
_SPECIAL = {"[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]"}
_NORMAL, _UNKNOWN, _CONTROL, _UNUSED = 1, 2, 3, 5


def tensor_name(name: str) -> str:
    """Hugging Face parameter name -> GGUF tensor name."""
    if name in _EMBEDDING_NAMES:
        return _EMBEDDING_NAMES[name]
    _, _, layer, rest = name.split(".", 3)
    module, kind = rest.rsplit(".", 1)
    return f"blk.{layer}.{_LAYER_NAMES[module]}.{kind}"


def vocabulary() -> tuple[list[str], list[int]]:
    """Tokens as llama.cpp's WordPiece expects them, and their types."""
    with open(os.path.join(base_folder(), "vocab.txt"), encoding="utf-8") as file:
        words = [line.rstrip("\n") for line in file]
    tokens, types = [], []
    for word in words:
        if word in _SPECIAL:
            tokens.append(word)
            types.append(_CONTROL)
        elif word.startswith("[unused"):
            tokens.append(word)
            types.append(_NORMAL)
        else:
            tokens.append(word[2:] if word.startswith("##") and len(word) > 2 else "\u2581" + word)
            types.append(_NORMAL)
    return tokens, types


def export(model: Encoder, path: str, kind: str) -> None:
    """Writes ``model`` to ``path``; ``kind`` is ``q8_0`` or ``f16``."""
    layers = len(model.encoder.layer)
    writer = GGUFWriter(path, "bert")
    writer.add_name("xccd-mini")
    writer.add_file_type(
        gguf.LlamaFileType.MOSTLY_Q8_0 if kind == "q8_0" else gguf.LlamaFileType.MOSTLY_F16
    )
    writer.add_context_length(POSITIONS)
    writer.add_embedding_length(HIDDEN)
    writer.add_block_count(layers)
    writer.add_feed_forward_length(INTERMEDIATE)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_eps(LAYER_NORM_EPS)
    writer.add_causal_attention(False)
    writer.add_pooling_type(gguf.PoolingType.MEAN)
    tokens, types = vocabulary()
    writer.add_tokenizer_model("bert")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_type_count(2)
    writer.add_bos_token_id(101)
    writer.add_eos_token_id(102)
    writer.add_unk_token_id(100)
    writer.add_sep_token_id(102)
    writer.add_pad_token_id(0)
    writer.add_mask_token_id(103)
    writer.add_add_bos_token(True)
    writer.add_add_eos_token(True)
    for name, parameter in model.state_dict().items():
        data = parameter.float().numpy()
        target = tensor_name(name)
        if data.ndim == 1 or target in ("position_embd.weight", "token_types.weight"):
            writer.add_tensor(target, np.ascontiguousarray(data, dtype=np.float32))
        elif kind == "f16":
            writer.add_tensor(target, data.astype(np.float16))
        else:
            packed = gguf.quants.quantize(data, GGMLQuantizationType.Q8_0)
            writer.add_tensor(target, packed, raw_dtype=GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", help="safetensors; default: the base model")
    parser.add_argument("--output", required=True)
    parser.add_argument("--kind", choices=["q8_0", "f16"], default="q8_0")
    args = parser.parse_args()
    export(load_encoder(args.weights), args.output, args.kind)
    print(f"{args.output}: {os.path.getsize(args.output):,} bytes")


if __name__ == "__main__":
    main()
