"""Step 3: the nearest problems of each problem, as hard negatives.

Writes JSON {problem: [like problems]}: the nearest by the tf-idf of some programs of each
problem (cheap, and what fools a reader of words), or with ``--weights`` by the vectors of the
current encoder; and for contest sets the other problems of the same contest. What is all but
equal is left out: that is one problem under two names.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict

import numpy as np
import torch
from sklearn.feature_extraction.text import TfidfTransformer
from scipy.sparse import csr_matrix

from dev_metrics import embed_rows
from encoder import load_encoder
from text_store import TextStore

SAME_PROBLEM = 0.97


def tfidf_centres(store: TextStore, groups: list[list[int]]) -> csr_matrix:
    """One L2-normalised tf-idf row per group of programs; names count as little as one word can."""
    columns, pointers = [], [0]
    for rows in groups:
        columns += [store.text_words(i) for i in rows]
        pointers.append(pointers[-1] + sum(len(store.text_words(i)) for i in rows))
    indices = np.concatenate(columns)
    counts = csr_matrix(
        (np.ones(len(indices), dtype=np.float32), indices, pointers),
        shape=(len(groups), len(store.vocabulary)),
    )
    counts.sum_duplicates()
    return TfidfTransformer(sublinear_tf=True).fit_transform(counts)


def contest_of(problem: str) -> str | None:
    """``atcoder/abc123_d`` -> ``atcoder/abc123``; other sets have no contests."""
    return problem.rsplit("_", 1)[0] if problem.startswith("atcoder/") else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", required=True)
    parser.add_argument("--weights", help="mine by this encoder instead of tf-idf")
    parser.add_argument("--output", required=True)
    parser.add_argument("--programs", type=int, default=4, help="per problem")
    parser.add_argument("--nearest", type=int, default=6)
    parser.add_argument("--max-tokens", type=int, default=96)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    torch.set_num_threads(1)
    rng = np.random.default_rng(args.seed)
    store = TextStore(args.store)
    by_problem: dict[str, list[int]] = defaultdict(list)
    by_set: dict[str, list[str]] = defaultdict(list)
    contests: dict[str, list[str]] = defaultdict(list)
    for i, meta in enumerate(store.meta):
        problem = meta["problem"]
        if problem not in by_problem:
            by_set[meta["set"]].append(problem)
            if contest := contest_of(problem):
                contests[contest].append(problem)
        if store.offsets[i + 1] > store.offsets[i]:
            by_problem[problem].append(i)
    model = load_encoder(args.weights).to(torch.bfloat16) if args.weights else None
    nearest: dict[str, list[str]] = {}
    for name, problems in by_set.items():
        groups = [
            [int(i) for i in rng.permutation(by_problem[p])[: args.programs]] for p in problems
        ]
        if model is None:
            centres = tfidf_centres(store, groups)
            scores = (centres @ centres.T).toarray()
        else:
            flat = embed_rows(model, store, [i for g in groups for i in g], args.max_tokens)
            vectors = np.zeros((len(groups), flat.shape[1]), dtype=np.float32)
            np.add.at(vectors, np.repeat(np.arange(len(groups)), [len(g) for g in groups]), flat)
            vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
            scores = vectors @ vectors.T
        np.fill_diagonal(scores, -1)
        scores[scores > SAME_PROBLEM] = -1
        order = np.argsort(-scores, axis=1)[:, : args.nearest]
        for at, problem in enumerate(problems):
            same_contest = [q for q in contests.get(contest_of(problem) or "", []) if q != problem]
            like = [problems[k] for k in order[at]] + same_contest[: args.nearest // 2]
            nearest[problem] = list(dict.fromkeys(like))
        print(f"{name}: {len(problems)} problems, mean similarity of the nearest {scores.max(1).mean():.3f}")
    with open(args.output, "w", encoding="utf-8") as file:
        json.dump(nearest, file)


if __name__ == "__main__":
    main()
