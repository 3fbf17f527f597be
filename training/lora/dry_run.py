"""Checks a settings file without weights: shapes, adapters, tokenizer, memory."""

from __future__ import annotations

import os

import torch
from transformers import AutoModelForCausalLM

from backbone import Backbone, adapted, load_config, load_tokens
from examples import read_examples
from export_names import SUPPORTED
from settings import Settings, SettingsError, model_folder

_GB = 1024**3
#: CUDA context, workspaces and fragmentation, in GB.
_OVERHEAD_GB = 1.5
#: Tokens of a pair prompt with its completions, where no data is given.
_PAIR_TOKENS = 1024


def dry_run(settings: Settings, beside: str, data: str | None) -> dict:
    """What the run would need.

    ``ok`` is False when the estimate exceeds training.memory_gb. Raises SettingsError for adapters
    that fit no layer and for architectures that export cannot write.
    """
    config = load_config(settings, beside)
    if config.model_type not in SUPPORTED:
        raise SettingsError(f"model: {config.model_type} cannot be exported; known: {', '.join(SUPPORTED)}")
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, attn_implementation="sdpa")
        base = sum(p.numel() for p in model.parameters())
        if settings.lora is not None:
            first = settings.lora.first_layer
            if first >= config.num_hidden_layers:
                raise SettingsError(f"lora.first_layer: the model has {config.num_hidden_layers} layers")
            try:
                model = adapted(model, settings.lora)
            except ValueError as error:
                raise SettingsError(str(error)) from error
        shapes = _shapes(model, settings)
    trained = sum(p.numel() for p in model.parameters() if p.requires_grad) if settings.lora else 0
    longest, tokenizer = _tokens(settings, data)
    memory = _memory(settings, config, base, trained, longest)
    limit = settings.training.memory_gb
    return {
        "ok": limit is None or memory["total"] <= limit,
        "model": config.model_type,
        "parameters": base,
        "adapterParameters": trained,
        "shapes": shapes,
        "tokenizer": tokenizer,
        "longestPairTokens": longest,
        "memoryGB": memory,
        "memoryLimitGB": limit,
    }


def _shapes(model, settings: Settings) -> dict:
    """Runs two pairs of ids through the shapes of the model."""
    backbone = Backbone(model, settings, 0)
    ids = torch.zeros(2, 64, dtype=torch.long)
    positions = torch.arange(64).repeat(2, 1)
    sees = torch.ones(2, 1, 64, 64, dtype=torch.bool)
    states = backbone.decoder(
        input_ids=ids, position_ids=positions, attention_mask=sees, use_cache=False
    ).last_hidden_state
    logits = backbone.output(states[:, -1])
    return {"states": list(states.shape), "logits": list(logits.shape), "vector": settings.contrastive.dimensions}


def _tokens(settings: Settings, data: str | None) -> tuple[int, dict]:
    """Longest packed pair, and what the tokenizer is; it is loaded where its files are there."""
    try:
        folder = model_folder(settings.model)
    except SettingsError:
        folder = ""
    if not os.path.isdir(folder):
        needs = "tokenizer.json and tokenizer_config.json (tokenizer.model for SentencePiece) in model.folder"
        return _PAIR_TOKENS, {"loaded": False, "needs": needs}
    tokens = load_tokens(settings.model)
    described = {"loaded": True, "vocabulary": len(tokens.tokenizer), "beginToken": bool(tokens.begin)}
    if data is None:
        return _PAIR_TOKENS, described
    examples = read_examples(data, tokens, settings.contrastive.max_tokens, {"train", "validation"})
    if not examples:
        raise SettingsError(f"{data}: no training or validation pairs")
    described["medianPairTokens"] = sorted(len(e.ids) for e in examples)[len(examples) // 2]
    return max(len(e.ids) for e in examples), described


def _memory(settings: Settings, config, base: int, trained: int, longest: int) -> dict:
    """An upper estimate in GB.

    Weights in the run's precision (float32 on a CPU); adapters with gradient and two moments in
    float32; per token and layer about 34 hidden widths of activations of 2 bytes and the MLP's
    intermediate values, or only the layer's input with gradient checkpointing plus one layer in
    full; logits of completions in float32 with their gradient.
    """
    training = settings.training
    small = training.device != "cpu" and training.precision != "fp32"
    bytes_each = 2 if small else 4
    hidden, layers = config.hidden_size, config.num_hidden_layers
    first = settings.lora.first_layer if settings.lora else layers
    tokens = training.batch_pairs * (longest + 2 * settings.contrastive.max_tokens)
    per_layer = tokens * (16 * hidden + 4 * config.intermediate_size) * bytes_each
    if settings.lora is None:
        activations = per_layer
    elif training.gradient_checkpointing:
        activations = tokens * hidden * bytes_each * layers + per_layer
    else:
        activations = per_layer * (layers - first)
    logits = training.batch_pairs * 192 * config.vocab_size * 4 * 3
    parts = {
        "weights": base * bytes_each,
        "adapters": trained * 16,
        "activations": activations,
        "logits": logits,
    }
    gigabytes = {name: round(value / _GB, 2) for name, value in parts.items()}
    gigabytes["overhead"] = _OVERHEAD_GB if training.device != "cpu" else 0.5
    gigabytes["total"] = round(sum(gigabytes.values()), 2)
    return gigabytes
