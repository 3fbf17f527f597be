"""The causal model: loading, adapters, hidden states."""

from __future__ import annotations

import os

import torch
from gguf import GGUFReader
from peft import LoraConfig, get_peft_model
from torch import nn
from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from examples import Example, packed, padded
from settings import LoraSettings, ModelSettings, Settings, model_folder
from tokens import Tokens, match_llama_cpp

logging.disable_progress_bar()
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def load_tokens(settings: ModelSettings) -> Tokens:
    """The tokenizer of the model."""
    folder = model_folder(settings)
    if settings.gguf_file is None:
        return Tokens(AutoTokenizer.from_pretrained(folder))
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=settings.gguf_file)
    field = GGUFReader(os.path.join(folder, settings.gguf_file)).fields.get("tokenizer.ggml.pre")
    match_llama_cpp(tokenizer, field and field.contents())
    return Tokens(tokenizer)


def load_model(settings: Settings) -> nn.Module:
    """The model without adapters, on the run's device, frozen.

    Weights stay in float32 on a CPU; on a GPU they are kept in the run's precision, which halves
    their memory, while adapters and heads train in float32.
    """
    training = settings.training
    dtype = torch.float32 if training.device == "cpu" else DTYPES[training.precision]
    model = AutoModelForCausalLM.from_pretrained(
        model_folder(settings.model),
        gguf_file=settings.model.gguf_file,
        dtype=dtype,
        attn_implementation="sdpa",
    )
    # The file that the weights came from; a merged model is not quantised any more.
    if hasattr(model.config, "quantization_config"):
        del model.config.quantization_config
    return model.requires_grad_(False).to(training.device)


def load_config(settings: Settings, beside: str):
    """The model's configuration alone: shapes without weights."""
    if settings.model.config is not None:
        return AutoConfig.from_pretrained(os.path.join(beside, settings.model.config))
    extra = {"gguf_file": settings.model.gguf_file} if settings.model.gguf_file else {}
    return AutoConfig.from_pretrained(model_folder(settings.model), **extra)


def adapted(model: nn.Module, lora: LoraSettings) -> nn.Module:
    """The model with fresh adapters. Raises ValueError when a target is in no layer."""
    layers = model.config.num_hidden_layers
    names = {name.rsplit(".", 1)[-1] for name, _ in model.named_modules()}
    missing = [target for target in lora.targets if target not in names]
    if missing:
        raise ValueError(f"lora.targets: the model has no module {', '.join(missing)}")
    return get_peft_model(
        model,
        LoraConfig(
            r=lora.rank,
            lora_alpha=lora.alpha,
            lora_dropout=lora.dropout,
            target_modules=list(lora.targets),
            layers_to_transform=list(range(lora.first_layer, layers)),
            bias="none",
            task_type="CAUSAL_LM",
        ),
    )


class Backbone:
    """Hidden states of a causal model, with or without adapters."""

    def __init__(self, model: nn.Module, settings: Settings, pad: int) -> None:
        self.model = model
        self.settings = settings
        self.pad = pad
        self.device = settings.training.device
        causal = model.get_base_model() if hasattr(model, "peft_config") else model
        self.decoder, self.output = causal.model, causal.lm_head
        self.hidden: int = causal.config.hidden_size

    def _autocast(self):
        precision = self.settings.training.precision
        kind = torch.device(self.device).type
        return torch.autocast(kind, dtype=DTYPES[precision], enabled=precision != "fp32")

    def pair_states(self, examples: list[Example]) -> torch.Tensor:
        """Last hidden states of the packed pair prompts, float32 (pairs, length, hidden)."""
        ids, positions, sees = (t.to(self.device) for t in packed(examples, self.pad))
        with self._autocast():
            return self.decoder(
                input_ids=ids, position_ids=positions, attention_mask=sees, use_cache=False
            ).last_hidden_state.float()

    def side_states(self, sides: list[list[int]]) -> torch.Tensor:
        """Pooled last hidden states of single sides, float32 (sides, hidden)."""
        # Causal and padded on the right: no real token sees padding, so no mask is needed.
        ids, lengths = (t.to(self.device) for t in padded(sides, self.pad))
        with self._autocast():
            states = self.decoder(input_ids=ids, use_cache=False).last_hidden_state.float()
        if self.settings.contrastive.pooling == "last":
            return states[torch.arange(len(sides)), lengths - 1]
        inside = torch.arange(ids.shape[1], device=ids.device)[None] < lengths[:, None]
        return (states * inside[..., None]).sum(1) / lengths[:, None]

    def token_logits(self, states: torch.Tensor) -> torch.Tensor:
        """Logits over the vocabulary, float32 (n, vocabulary), for states (n, hidden)."""
        with self._autocast():
            return self.output(states.to(self.output.weight.dtype)).float()
