"""Step 5: GGUF through llama.cpp against PyTorch on real texts: token ids and cosine.

Exits with 1 when any token sequence differs or the lowest cosine is below ``--least``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

import numpy as np
import torch

from encoder import load_encoder
from text_store import TextStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gguf", required=True)
    parser.add_argument("--weights", help="safetensors; default: the base model")
    parser.add_argument("--store", required=True, help="text store to take texts from")
    parser.add_argument("--texts", type=int, default=100)
    parser.add_argument("--least", type=float, default=0.99)
    args = parser.parse_args()
    store = TextStore(args.store)
    chosen = np.random.default_rng(3).permutation(len(store))
    rows = [int(i) for i in chosen if len(store.ids(int(i), 4096)) <= 256][: args.texts]
    texts = [" ".join(store.vocabulary[w] for w in store.text_words(i)) for i in rows]
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "embed.mjs")
    done = subprocess.run(
        ["node", script, args.gguf],
        input="".join(json.dumps(t) + "\n" for t in texts),
        capture_output=True,
        text=True,
        check=True,
    )
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    ids = [store.ids(i, 4096) for i in rows]
    # llama.cpp adds CLS and SEP itself when the tokens come without them.
    equal = [a["tokens"] in (list(map(int, r)), list(map(int, r[1:-1]))) for a, r in zip(answers, ids)]
    with torch.inference_mode():
        ours = load_encoder(args.weights)(ids).numpy()
    theirs = np.array([a["vector"] for a in answers])
    cosine = (ours * theirs).sum(1) / np.linalg.norm(ours, axis=1) / np.linalg.norm(theirs, axis=1)
    print(
        json.dumps(
            {
                "texts": len(rows),
                "same tokens": sum(equal),
                "cosine min": round(float(cosine.min()), 5),
                "cosine mean": round(float(cosine.mean()), 5),
            }
        )
    )
    sys.exit(0 if all(equal) and cosine.min() >= args.least else 1)


if __name__ == "__main__":
    main()
