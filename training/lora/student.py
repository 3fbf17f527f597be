"""Puts a student folder together: weights, layer files, student.json (src/student/manifest.ts)."""

from __future__ import annotations

import hashlib
import json
import os


def described(folder: str, name: str) -> dict:
    """The manifest's entry of a file."""
    digest = hashlib.sha256()
    path = os.path.join(folder, name)
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return {"path": name, "sha256": digest.hexdigest(), "bytes": os.path.getsize(path)}


def write_student(
    folder: str, weights: str, layers: dict[str, dict], settings: dict, blocks: dict, result: dict, evaluated: dict
) -> None:
    """Writes the layer files and student.json beside ``weights``, a file in ``folder``.

    ``layers``: ``binary`` and ``projection`` (heads.py); ``settings``, ``blocks`` (prompt.json) and
    ``result`` are a run's JSON files; ``evaluated`` is what export measured.
    """
    names = {head: f"{head}.json" for head in layers}
    for head, value in layers.items():
        with open(os.path.join(folder, names[head]), "w", encoding="utf-8") as file:
            json.dump(value, file)
            file.write("\n")
    heads = result["heads"]
    decided = {head: {key: heads[head][key] for key in ("threshold", "calibration")} for head in heads}
    model = names["binary"]
    manifest = {
        "schema": 1,
        **settings["student"],
        "files": [described(folder, name) for name in sorted([weights, *names.values()])],
        "canonical": blocks["canonical"],
        "weights": weights,
        "maxTokens": settings["contrastive"]["max_tokens"],
        "pooling": settings["contrastive"]["pooling"],
        "dimensions": settings["contrastive"]["dimensions"],
        "heads": {
            "default": {"classify": "binary", "scan": "contrastive"},
            "contrastive": {**decided["contrastive"], "searchedCoefficient": 0},
            "binary": {**decided["binary"], "searchedCoefficient": 0, "model": {"classify": model, "scan": model}},
            "generation": blocks["generation"],
        },
        "causal": {
            **blocks["causal"],
            "hidden": result["hidden"],
            "binaryPooling": "last",
            "projection": names["projection"],
        },
        "trainedOn": {
            "pairs": result["trainingPairs"],
            "steps": result["steps"],
            "lora": settings["lora"],
        },
        "evaluatedOn": {"validation": {head: heads[head]["validation"] for head in heads}, **evaluated},
    }
    with open(os.path.join(folder, "student.json"), "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
