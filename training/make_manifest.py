"""Step 8: puts a student folder together: weights, heads, student.json and the model card."""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil

from encoder import HIDDEN
from model_card import model_card


def described(folder: str, name: str) -> dict:
    """The manifest's entry of a file."""
    with open(os.path.join(folder, name), "rb") as file:
        data = file.read()
    return {"path": name, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--heads", required=True, help="folder of fit_binary_head.py")
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--idf", required=True, help="table of scripts/build-idf.mjs")
    parser.add_argument("--version", required=True)
    parser.add_argument("--canonical", type=int, required=True, help="version of the canonical form")
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--trained-on", required=True, help="JSON: what the encoder was trained on")
    parser.add_argument("--trials", required=True, help="JSONL: what was tried and what it gave")
    parser.add_argument("--parity", required=True, help="JSON printed by parity.py")
    parser.add_argument("--output", required=True, help="student folder")
    args = parser.parse_args()
    os.makedirs(args.output, exist_ok=True)
    weights = "xccd-mini-q8_0.gguf"
    copies = {weights: args.gguf, "idf.bin": args.idf}
    with open(os.path.join(args.heads, "heads.json"), encoding="utf-8") as file:
        fitted = json.load(file)
    for name in fitted["heads"]["binary"]["model"].values():
        copies[name] = os.path.join(args.heads, name)
    for name, source in copies.items():
        target = os.path.join(args.output, name)
        if os.path.abspath(source) != os.path.abspath(target):
            shutil.copyfile(source, target)
    with open(args.trained_on, encoding="utf-8") as file:
        trained_on = json.load(file)
    with open(args.parity, encoding="utf-8") as file:
        parity = json.loads(file.read().strip().splitlines()[-1])
    with open(args.trials, encoding="utf-8") as file:
        trials = [json.loads(line) for line in file if line.strip()]
    manifest = {
        "schema": 1,
        "id": "xccd-mini",
        "version": args.version,
        "base": "sentence-transformers/all-MiniLM-L6-v2",
        "license": "Apache-2.0",
        "files": [described(args.output, name) for name in sorted(copies)],
        "canonical": args.canonical,
        "weights": weights,
        "maxTokens": args.max_tokens,
        "pooling": "mean",
        "dimensions": HIDDEN,
        "idf": "idf.bin",
        "heads": fitted["heads"],
        "trainedOn": trained_on,
        "evaluatedOn": {"parity": parity, "calibration": fitted["report"]},
    }
    with open(os.path.join(args.output, "student.json"), "w", encoding="utf-8") as file:
        json.dump(manifest, file, indent=2)
        file.write("\n")
    with open(os.path.join(args.output, "MODEL_CARD.md"), "w", encoding="utf-8") as file:
        file.write(model_card(manifest, trials))
    print(f"{args.output}: version {args.version}")


if __name__ == "__main__":
    main()
