"""Step 3: the nearest problems of each problem, by the current encoder, as hard negatives.

Writes JSON {problem: [like problems, nearest first]}. A few programs stand for each problem; the
problems are compared by the mean of their vectors within one set. The very nearest are left out
where they are all but equal: those are one problem under two names.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict

import numpy as np
import torch

from dev_metrics import embed_rows
from encoder import load_encoder
from text_store import TextStore

SAME_PROBLEM = 0.97


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--sets", default="atcoder,leetcode,codejam,mbxp")
    parser.add_argument("--programs", type=int, default=2, help="per problem")
    parser.add_argument("--nearest", type=int, default=8)
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(args.seed)
    store = TextStore(args.store)
    by_problem: dict[str, list[int]] = defaultdict(list)
    set_of: dict[str, str] = {}
    for i, meta in enumerate(store.meta):
        by_problem[meta["problem"]].append(i)
        set_of[meta["problem"]] = meta["set"]
    model = load_encoder(args.weights).to(torch.bfloat16)
    nearest: dict[str, list[str]] = {}
    for name in args.sets.split(","):
        problems = [p for p in by_problem if set_of[p] == name]
        rows, owner = [], []
        for at, problem in enumerate(problems):
            options = by_problem[problem]
            for i in rng.choice(options, min(args.programs, len(options)), replace=False):
                rows.append(int(i))
                owner.append(at)
        vectors = embed_rows(model, store, rows, args.max_tokens)
        centres = np.zeros((len(problems), vectors.shape[1]), dtype=np.float32)
        np.add.at(centres, owner, vectors)
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        scores = centres @ centres.T
        np.fill_diagonal(scores, -1)
        scores[scores > SAME_PROBLEM] = -1
        order = np.argsort(-scores, axis=1)[:, : args.nearest]
        for at, problem in enumerate(problems):
            nearest[problem] = [problems[k] for k in order[at]]
        print(f"{name}: {len(problems)} problems, mean cosine of the nearest {np.mean(scores.max(1)):.3f}")
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(nearest, file)


if __name__ == "__main__":
    main()
