"""A merged Hugging Face model to a GGUF file in F16."""

from __future__ import annotations

import json
import os

import gguf
import numpy as np
from gguf import GGUFReader, GGUFValueType, GGUFWriter

from export_names import SUPPORTED, gguf_name, interleaved

_POOLING = {"mean": gguf.PoolingType.MEAN, "last": gguf.PoolingType.LAST}
_NORMAL, _CONTROL, _USER_DEFINED, _UNUSED, _BYTE, _UNKNOWN = 1, 3, 4, 5, 6, 2


def write_gguf(model, path: str, name: str, pooling: str, tokenizer_source: str, begin: bool) -> None:
    """Writes ``model`` (merged, any float type) to ``path``.

    ``tokenizer_source``: a GGUF file, whose tokenizer is copied as it is, or a Hugging Face folder.
    ``begin``: whether inputs start with the begin token. Raises ValueError for an architecture or a
    tokenizer that is not known.
    """
    config = model.config
    if config.model_type not in SUPPORTED:
        raise ValueError(f"{config.model_type} cannot be written as GGUF; known: {', '.join(SUPPORTED)}")
    architecture = SUPPORTED[config.model_type]
    writer = GGUFWriter(path, architecture)
    writer.add_name(name)
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_F16)
    _add_shape(writer, config, architecture)
    writer.add_pooling_type(_POOLING[pooling])
    if os.path.isfile(tokenizer_source):
        _copy_tokenizer(writer, tokenizer_source)
    else:
        _add_tokenizer(writer, tokenizer_source, config, begin)
    _add_tensors(writer, model, architecture)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _add_shape(writer: GGUFWriter, config, architecture: str) -> None:
    head = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    rope = config.rope_parameters
    if rope.get("rope_type", "default") != "default":
        raise ValueError(f"rope scaling {rope['rope_type']} cannot be written; use the model's short-context edition")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(rope["rope_theta"])
    writer.add_rope_dimension_count(head)
    writer.add_vocab_size(config.vocab_size)
    if architecture == "phi3":
        # llama.cpp refuses phi3 without it; 0 turns the window off.
        writer.add_sliding_window(getattr(config, "sliding_window", None) or 0)


def _add_tensors(writer: GGUFWriter, model, architecture: str) -> None:
    config = model.config
    tied = config.tie_word_embeddings
    for name, parameter in model.state_dict().items():
        if name == "lm_head.weight" and tied:
            continue
        data = parameter.detach().cpu().float().numpy()
        if architecture == "llama" and ".q_proj." in name:
            data = interleaved(data, config.num_attention_heads)
        if architecture == "llama" and ".k_proj." in name:
            data = interleaved(data, config.num_key_value_heads)
        # Norms and biases are small and llama.cpp wants them in float32.
        kind = np.float32 if data.ndim == 1 else np.float16
        writer.add_tensor(gguf_name(name), np.ascontiguousarray(data, dtype=kind))


def _copy_tokenizer(writer: GGUFWriter, source: str) -> None:
    reader = GGUFReader(source)
    for key, field in reader.fields.items():
        if not key.startswith("tokenizer."):
            continue
        kind, *inner = field.types
        if kind == GGUFValueType.ARRAY:
            writer.add_key_value(key, field.contents(), kind, sub_type=inner[-1])
        else:
            writer.add_key_value(key, field.contents(), kind)


def _pre_tokenizer(description: dict, model_type: str) -> str:
    """llama.cpp's name of the way in which a byte-level tokenizer cuts text first."""
    if model_type == "qwen2":
        return "qwen2"
    cuts = json.dumps(description.get("pre_tokenizer"))
    if '"Digits"' in cuts:
        return "smollm"
    if "{1,3}" in cuts:
        return "llama-bpe"
    return "gpt-2"


def _add_tokenizer(writer: GGUFWriter, folder: str, config, begin: bool) -> None:
    """Writes the tokenizer of a Hugging Face folder: byte-level BPE, or SentencePiece for Phi-3."""
    with open(os.path.join(folder, "tokenizer.json"), encoding="utf-8") as file:
        description = json.load(file)
    with open(os.path.join(folder, "tokenizer_config.json"), encoding="utf-8") as file:
        settings = json.load(file)
    if description["model"]["type"] != "BPE":
        raise ValueError(f"{folder}: a tokenizer of type {description['model']['type']} cannot be written")
    pieces = bool(description["model"].get("byte_fallback"))
    vocabulary = dict(description["model"]["vocab"])
    added = {token["content"]: token for token in description["added_tokens"]}
    vocabulary.update({content: token["id"] for content, token in added.items()})
    tokens, types = [], []
    by_id = {identity: content for content, identity in vocabulary.items()}
    for identity in range(config.vocab_size):
        content = by_id.get(identity)
        tokens.append(content if content is not None else f"[PAD{identity}]")
        types.append(_token_type(content, added, pieces))
    writer.add_tokenizer_model("llama" if pieces else "gpt2")
    writer.add_tokenizer_pre("default" if pieces else _pre_tokenizer(description, config.model_type))
    writer.add_token_list(tokens)
    if pieces:
        # Hugging Face keeps merges, llama.cpp scores: earlier merges score higher, as ids order them.
        writer.add_token_scores([-float(i) for i in range(len(tokens))])
    writer.add_token_types(types)
    if not pieces:
        merges = description["model"]["merges"]
        writer.add_token_merges([m if isinstance(m, str) else " ".join(m) for m in merges])
    for kind, add in (
        ("bos_token", writer.add_bos_token_id),
        ("eos_token", writer.add_eos_token_id),
        ("unk_token", writer.add_unk_token_id),
        ("pad_token", writer.add_pad_token_id),
    ):
        token = settings.get(kind)
        content = token["content"] if isinstance(token, dict) else token
        if content in vocabulary:
            add(vocabulary[content])
    writer.add_add_bos_token(begin)
    writer.add_add_space_prefix(pieces)
    if settings.get("chat_template"):
        writer.add_chat_template(settings["chat_template"])


def _token_type(content: str | None, added: dict, pieces: bool) -> int:
    if content is None:
        return _UNUSED
    if content in added:
        if content == "<unk>":
            return _UNKNOWN
        return _CONTROL if added[content].get("special") else _USER_DEFINED
    if pieces and len(content) == 6 and content.startswith("<0x") and content.endswith(">"):
        return _BYTE
    return _NORMAL
