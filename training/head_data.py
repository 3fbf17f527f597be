"""Step 6: labelled pairs for the heads, with vectors of the trained encoder.

Only problems of the calibration part and ported functions are used as clones. Non-clones are
random pairs, nearest non-clones, and for ``scan`` the nearest functions of unrelated projects.
Writes a folder with items.jsonl, vectors.f32, pairs.i32 and pairs.jsonl (label, kind, query,
fold); ``pair-features.mjs`` adds the features.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import torch

from encoder import HIDDEN, Encoder, load_encoder
from split import part_of
from text_store import TextStore, name_words

FOLDS = 5
NEAREST = 20


def fold_of(key: str) -> int:
    return hashlib.sha256(key.encode("utf-8")).digest()[1] % FOLDS


_model: Encoder


def _load(weights: str) -> None:
    global _model
    torch.set_num_threads(1)
    _model = load_encoder(weights).to(torch.bfloat16)


@torch.inference_mode()
def _encode(rows: list[np.ndarray]) -> np.ndarray:
    return _model(rows).numpy()


class Items:
    """Distinct texts with their vectors."""

    def __init__(self, weights: str, max_tokens: int, workers: int) -> None:
        self.pool = ProcessPoolExecutor(
            workers, get_context("forkserver"), initializer=_load, initargs=(weights,)
        )
        self.max_tokens = max_tokens
        self.records: list[dict] = []
        self.ids: list[np.ndarray] = []
        self.vectors = np.zeros((0, HIDDEN), dtype=np.float32)

    def add(self, store: TextStore, words: np.ndarray, language: str) -> int:
        text = " ".join(store.vocabulary[w] for w in words)
        self.records.append({"language": language, "canonical": text})
        self.ids.append(store.pieces_of(words, self.max_tokens))
        return len(self.records) - 1

    def encode(self) -> None:
        """Encodes what has been added since the last call."""
        start = len(self.vectors)
        fresh = self.ids[start:]
        if not fresh:
            return
        order = np.argsort([len(r) for r in fresh], kind="stable")
        parts = [order[at : at + 64] for at in range(0, len(order), 64)]
        vectors = np.zeros((len(fresh), HIDDEN), dtype=np.float32)
        batches = [[fresh[i] for i in part] for part in parts]
        for part, found in zip(parts, self.pool.map(_encode, batches)):
            vectors[part] = found
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        self.vectors = np.concatenate((self.vectors, vectors))


class Pairs:
    def __init__(self) -> None:
        self.rows: list[tuple[int, int]] = []
        self.notes: list[dict] = []

    def add(self, a: int, b: int, label: int, kind: str, query: str, key: str) -> None:
        self.rows.append((a, b))
        self.notes.append({"label": label, "kind": kind, "query": query, "fold": fold_of(key)})


def contest_pairs(
    items: Items, pairs: Pairs, store: TextStore, blind: bool, rng: np.random.Generator, per_set: int
) -> None:
    """Balanced random pairs across languages and nearest non-clones, per set."""
    by_set: dict[str, list[int]] = defaultdict(list)
    for i, meta in enumerate(store.meta):
        short = meta["set"] in ("leetcode", "mbxp")
        if part_of(meta["problem"]) == "calibration" and (short or not blind):
            by_set[meta["set"]].append(i)
    item_of: dict[int, int] = {}
    for name, rows in by_set.items():
        by_set[name] = rows = rows[:per_set]
        for i in rows:
            words = store.text_words(i)
            if blind:
                words = store.blind(words, rng, 1.0)
            item_of[i] = items.add(store, words, store.meta[i]["lang"])
    items.encode()
    for name, rows in by_set.items():
        kind = f"{name} blind" if blind else name
        meta = [store.meta[i] for i in rows]
        problems = np.array([m["problem"] for m in meta])
        langs = np.array([m["lang"] for m in meta])
        vectors = items.vectors[[item_of[i] for i in rows]]
        scores = vectors @ vectors.T
        clone = problems[:, None] == problems[None, :]
        other_language = langs[:, None] != langs[None, :]
        positive = np.argwhere(np.triu(clone & other_language, 1))
        negative = np.argwhere(np.triu(~clone & other_language, 1))
        for found, label in ((positive, 1), (negative, 0)):
            for k in rng.choice(len(found), min(per_set, len(found)), replace=False):
                a, b = found[k]
                pairs.add(item_of[rows[a]], item_of[rows[b]], label,
                          kind + ("" if label else " random"), "", problems[a])
        hard = np.where(clone | ~other_language, -2.0, scores)
        for a in rng.choice(len(rows), min(per_set // 2, len(rows)), replace=False):
            b = int(np.argmax(hard[a]))
            pairs.add(item_of[rows[a]], item_of[rows[b]], 0, kind + " hard", "", problems[a])


def _size(store: TextStore, i: int) -> int:
    """Words of a text."""
    return int(store.offsets[i + 1] - store.offsets[i])


def hidden(store: TextStore, i: int, rng: np.random.Generator) -> np.ndarray:
    return store.hide(store.text_words(i), name_words(store.meta[i]["name"]), rng)


def scan_pairs(
    items: Items,
    pairs: Pairs,
    functions: TextStore,
    unrelated: TextStore,
    ports: list[tuple[TextStore, str]],
    rng: np.random.Generator,
    corpus_size: int,
    strangers: int,
    port_queries: int,
) -> None:
    """Queries against a corpus of real functions and the ports' other members.

    Ports have their own names hidden; half of the strangers do.
    """
    long_enough = [i for i in range(len(functions)) if _size(functions, i) >= 12]
    repositories = sorted({m["repo"] for m in functions.meta})
    asking = {r for r in repositories if hashlib.sha256(r.encode()).digest()[2] % 4 == 0}
    rng.shuffle(long_enough)
    corpus_rows = [i for i in long_enough if functions.meta[i]["repo"] not in asking][:corpus_size]
    stranger_rows = [(functions, i) for i in long_enough if functions.meta[i]["repo"] in asking]
    stranger_rows = stranger_rows[: strangers // 2]
    more = [(unrelated, i) for i in range(len(unrelated)) if _size(unrelated, i) >= 12]
    rng.shuffle(more)
    stranger_rows += more[: strangers - len(stranger_rows)]
    corpus: list[int] = []
    owner: list[str] = []
    project: list[str] = []

    def put(store: TextStore, i: int, words: np.ndarray, group: str, of: str) -> None:
        corpus.append(items.add(store, words, store.meta[i]["lang"]))
        owner.append(group)
        project.append(of)

    for i in corpus_rows:
        put(functions, i, functions.text_words(i), "", functions.meta[i]["repo"])
    queries: list[tuple[int, str, str, str, str]] = []
    for store, name in ports:
        groups: dict[str, list[int]] = defaultdict(list)
        for i, meta in enumerate(store.meta):
            if _size(store, i) >= 12:
                groups[meta["group"]].append(i)
        chosen = [g for g, members in groups.items() if len({store.meta[i]["lang"] for i in members}) > 1]
        rng.shuffle(chosen)
        for group in chosen[:port_queries]:
            members = [int(i) for i in rng.permutation(groups[group])]
            asked = members[0]
            others = [i for i in members[1:] if store.meta[i]["lang"] != store.meta[asked]["lang"]]
            project_name = store.meta[asked]["project"]
            put(store, others[0], hidden(store, others[0], rng), group, project_name)
            item = items.add(store, hidden(store, asked, rng), store.meta[asked]["lang"])
            queries.append((item, group, project_name, name, group))
    for store, i in stranger_rows:
        words = hidden(store, i, rng) if rng.random() < 0.5 else store.text_words(i)
        item = items.add(store, words, store.meta[i]["lang"])
        repository = store.meta[i]["repo"]
        queries.append((item, "-", repository, "stranger", repository))
    items.encode()
    matrix = items.vectors[corpus]
    texts = np.array([hash(items.records[c]["canonical"]) for c in corpus])
    owners, projects = np.array(owner), np.array(project)
    for number, (item, group, of, kind, key) in enumerate(queries):
        scores = matrix @ items.vectors[item]
        # What is the same text or the same project tells nothing about strangers.
        allowed = (owners == group) | (
            (projects != of) & (texts != hash(items.records[item]["canonical"]))
        )
        scores[~allowed] = -2
        for c in np.argsort(-scores)[:NEAREST]:
            label = int(owners[c] == group)
            pairs.add(item, corpus[int(c)], label, f"scan {kind}", f"{kind} {number}", key)


def port_pairs(
    items: Items, pairs: Pairs, store: TextStore, kind: str, rng: np.random.Generator, count: int
) -> None:
    """Balanced pairs of ported functions for ``classify``; non-clones from the same project too."""
    by_group: dict[str, list[int]] = defaultdict(list)
    for i, meta in enumerate(store.meta):
        if _size(store, i) >= 8:
            by_group[meta["group"]].append(i)
    groups = [g for g, rows in by_group.items() if len(rows) > 1]
    chosen = [groups[k] for k in rng.choice(len(groups), min(count, len(groups)), replace=False)]
    drawn = []
    for group in chosen:
        pick = rng.choice(by_group[group], 2, replace=False)
        hide = rng.random() < 0.6
        drawn.append([items.add(store, hidden(store, int(i), rng) if hide else store.text_words(int(i)),
                                store.meta[int(i)]["lang"]) for i in pick])
    items.encode()
    projects: dict[str, list[int]] = defaultdict(list)
    for k, group in enumerate(chosen):
        projects[store.meta[by_group[group][0]]["project"]].append(k)
    for k, (a, b) in enumerate(drawn):
        pairs.add(a, b, 1, kind, "", chosen[k])
        other = int((k + rng.integers(1, len(drawn))) % len(drawn))
        pairs.add(a, drawn[other][1], 0, f"{kind} random", "", chosen[k])
        near = [n for n in projects[store.meta[by_group[chosen[k]][0]]["project"]] if n != k]
        if near:
            scores = items.vectors[[drawn[n][1] for n in near]] @ items.vectors[a]
            pairs.add(a, drawn[near[int(np.argmax(scores))]][1], 0, f"{kind} hard", "", chosen[k])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--weights", required=True)
    parser.add_argument("--dev", required=True)
    parser.add_argument("--functions", required=True)
    parser.add_argument("--unrelated", required=True, help="functions of further unrelated projects")
    parser.add_argument("--ports-seen", required=True, help="ports that the encoder was trained on")
    parser.add_argument("--ports-unseen", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--corpus", type=int, default=15000)
    parser.add_argument("--strangers", type=int, default=2500)
    parser.add_argument("--port-queries", type=int, default=900, help="per store")
    parser.add_argument("--port-pairs", type=int, default=700, help="per store")
    parser.add_argument("--per-set", type=int, default=2000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=11)
    args = parser.parse_args()
    rng = np.random.default_rng(args.seed)
    items = Items(args.weights, args.max_tokens, args.workers)
    pairs = Pairs()
    dev, functions = TextStore(args.dev), TextStore(args.functions)
    seen, unseen = TextStore(args.ports_seen), TextStore(args.ports_unseen)
    contest_pairs(items, pairs, dev, False, rng, args.per_set)
    contest_pairs(items, pairs, dev, True, rng, args.per_set)
    port_pairs(items, pairs, unseen, "ports", rng, args.port_pairs)
    port_pairs(items, pairs, seen, "ports seen", rng, args.port_pairs)
    scan_pairs(items, pairs, functions, TextStore(args.unrelated), [(unseen, "port"), (seen, "port seen")], rng,
               args.corpus, args.strangers, args.port_queries)
    os.makedirs(args.output, exist_ok=True)
    with open(os.path.join(args.output, "items.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(r) + "\n" for r in items.records)
    items.vectors.tofile(os.path.join(args.output, "vectors.f32"))
    np.array(pairs.rows, dtype=np.int32).tofile(os.path.join(args.output, "pairs.i32"))
    with open(os.path.join(args.output, "pairs.jsonl"), "w", encoding="utf-8") as file:
        file.writelines(json.dumps(n) + "\n" for n in pairs.notes)
    print(f"{len(items.records)} items, {len(pairs.rows)} pairs")


if __name__ == "__main__":
    main()
