"""Settings of a run: one YAML or JSON file, checked key by key before anything heavy starts."""

from __future__ import annotations

import dataclasses
import os
import types
import typing
from dataclasses import dataclass, field

import yaml


class SettingsError(Exception):
    """A setting that the user must correct."""


@dataclass(frozen=True)
class ModelSettings:
    #: Folder with a Hugging Face causal model, or the folder of ``gguf_file``. ``package:NAME`` is
    #: the folder of an installed Python package.
    folder: str
    #: GGUF of llama type inside ``folder``, read as transformers reads it.
    gguf_file: str | None = None
    #: Folder with a config.json for ``--dry-run`` where the weights are not there; relative to the
    #: settings file.
    config: str | None = None


@dataclass(frozen=True)
class StudentSettings:
    id: str
    version: str
    base: str
    license: str


@dataclass(frozen=True)
class LoraSettings:
    rank: int = 16
    alpha: int = 32
    dropout: float = 0.0
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
    #: First layer that gets adapters; below it nothing is differentiated.
    first_layer: int = 0


@dataclass(frozen=True)
class BinarySettings:
    #: Width of the tanh layer before the output; 0 is a linear head.
    hidden: int = 0
    weight: float = 1.0


@dataclass(frozen=True)
class ContrastiveSettings:
    loss: str = "infonce"
    #: For ``infonce``.
    temperature: float = 0.07
    #: For ``margin``: a negative pair above this cosine costs.
    margin: float = 0.3
    #: Length of the vectors.
    dimensions: int = 256
    pooling: str = "mean"
    #: Longest side in tokens.
    max_tokens: int = 256
    weight: float = 1.0


@dataclass(frozen=True)
class GenerationSettings:
    free_weight: float = 1.0
    forced_weight: float = 1.0


@dataclass(frozen=True)
class TrainingSettings:
    epochs: int = 1
    #: Training pairs, drawn evenly from language pairs and labels; null for all.
    pairs: int | None = None
    #: Pairs of a forward pass; sides of the same pass are each other's negatives.
    batch_pairs: int = 8
    #: Forward passes of an optimiser step.
    accumulate: int = 1
    learning_rate: float = 2e-4
    head_learning_rate: float = 1e-3
    weight_decay: float = 0.01
    #: Share of the steps in which the rate rises.
    warmup: float = 0.05
    #: ``fp32``, ``bf16`` or ``fp16`` (fp16 only on a GPU).
    precision: str = "fp32"
    gradient_checkpointing: bool = False
    device: str = "cpu"
    threads: int = 1
    seed: int = 7
    #: Optimiser steps between validations; every validation leaves a checkpoint.
    validate_every: int = 50
    validation_pairs: int = 64
    #: Validations without a better loss before the run stops.
    patience: int = 3
    #: Training pairs that set mean and scale of the heads' inputs.
    statistics_pairs: int = 32
    #: Validation pairs that calibrate the heads at the end.
    calibration_pairs: int = 200
    #: GPU memory that a dry run compares its estimate with, in GB.
    memory_gb: float | None = None


@dataclass(frozen=True)
class Settings:
    model: ModelSettings
    student: StudentSettings
    #: null: weights stay as they are, only the heads are fitted (the base student of a report).
    lora: LoraSettings | None
    binary: BinarySettings = field(default_factory=BinarySettings)
    contrastive: ContrastiveSettings = field(default_factory=ContrastiveSettings)
    generation: GenerationSettings = field(default_factory=GenerationSettings)
    training: TrainingSettings = field(default_factory=TrainingSettings)


_CHOICES = {
    ("contrastive", "loss"): ("infonce", "margin"),
    ("contrastive", "pooling"): ("mean", "last"),
    ("training", "precision"): ("fp32", "bf16", "fp16"),
}


def read_settings(path: str) -> Settings:
    """Reads a settings file.

    Raises SettingsError that names the key for unknown keys, missing keys and wrong types.
    """
    try:
        with open(path, encoding="utf-8") as file:
            value = yaml.safe_load(file)
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path} cannot be read as YAML or JSON: {error}") from error
    settings = _build(Settings, value, "")
    for (part, key), allowed in _CHOICES.items():
        given = getattr(getattr(settings, part), key)
        if given not in allowed:
            raise SettingsError(f"{part}.{key}: {given!r} is none of {', '.join(allowed)}")
    if settings.training.precision == "fp16" and settings.training.device == "cpu":
        raise SettingsError("training.precision: fp16 needs a GPU; use bf16 or fp32 on a CPU")
    return settings


def _build(kind, value, where: str):
    if not isinstance(value, dict):
        raise SettingsError(f"{where or 'settings'}: expected keys and values, found {value!r}")
    fields = {f.name: f for f in dataclasses.fields(kind)}
    hints = typing.get_type_hints(kind)
    unknown = sorted(set(value) - set(fields))
    if unknown:
        raise SettingsError(f"{where}{unknown[0]}: unknown key; known: {', '.join(sorted(fields))}")
    for name, f in fields.items():
        required = f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
        if required and name not in value:
            raise SettingsError(f"{where}{name}: missing")
    return kind(**{name: _convert(hints[name], given, f"{where}{name}") for name, given in value.items()})


def _convert(kind, value, where: str):
    if isinstance(kind, types.UnionType):
        if value is None:
            return None
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    if dataclasses.is_dataclass(kind):
        return _build(kind, value, where + ".")
    if typing.get_origin(kind) is tuple:
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return tuple(value)
        raise SettingsError(f"{where}: expected a list of names, found {value!r}")
    if kind is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if type(value) is not kind:
        raise SettingsError(f"{where}: expected {kind.__name__}, found {value!r}")
    return value


def model_folder(settings: ModelSettings) -> str:
    """The folder of the weights; raises SettingsError when a named package is not installed."""
    if not settings.folder.startswith("package:"):
        return os.path.expanduser(settings.folder)
    name = settings.folder.removeprefix("package:")
    from importlib.util import find_spec

    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise SettingsError(f"model.folder: the package {name} is not installed (requirements-lora.txt)")
    return os.path.dirname(spec.origin)
