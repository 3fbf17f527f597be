"""Batches of real functions: ported ones, and functions against their documentation."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from sampler import Batch
from text_store import TextStore, name_words

HIDE_NAME = 0.7
BLIND_PORTS = 0.25


def _by(store: TextStore, rows: list[int], key: str) -> dict[str, list[int]]:
    out: dict[str, list[int]] = defaultdict(list)
    for i in rows:
        out[store.meta[i][key]].append(i)
    return dict(out)


class PortSampler:
    """Groups of ported functions, several per project, amid unrelated real functions.

    Functions of one project are each other's hard negatives; the unrelated ones are negatives
    only.
    """

    def __init__(self, store: TextStore, strangers: TextStore, rng: np.random.Generator) -> None:
        self.store, self.strangers, self.rng = store, strangers, rng
        rows = [i for i in range(len(store)) if store.offsets[i + 1] - store.offsets[i] >= 8]
        groups = {g: r for g, r in _by(store, rows, "group").items() if len(r) > 1}
        self.projects: dict[str, list[list[int]]] = defaultdict(list)
        for members in groups.values():
            self.projects[store.meta[members[0]]["project"]].append(members)
        self.names = list(self.projects)
        share = np.array([len(self.projects[p]) ** 0.6 for p in self.names])
        self.share = share / share.sum()

    def _text(self, store: TextStore, i: int, max_tokens: int) -> np.ndarray:
        rng, words = self.rng, store.text_words(i)
        if rng.random() < HIDE_NAME:
            words = store.hide(words, name_words(store.meta[i]["name"]), rng)
        if rng.random() < BLIND_PORTS:
            words = store.blind(words, rng, rng.uniform(0.3, 0.9))
        return store.pieces_of(words, max_tokens)

    def batch(self, groups: int, members: int, max_tokens: int, strangers: int) -> Batch:
        rng = self.rng
        chosen: list[list[int]] = []
        projects = min(6, len(self.names))
        for at in rng.choice(len(self.names), projects, replace=False, p=self.share):
            project = self.projects[self.names[at]]
            take = min(len(project), groups // min(4, projects), groups - len(chosen))
            chosen += [project[k] for k in rng.choice(len(project), take, replace=False)]
        rows, labels = [], []
        for label, group in enumerate(chosen):
            by_language = list(_by(self.store, group, "lang").values())
            rng.shuffle(by_language)
            picks = [int(rng.choice(r)) for r in by_language[:members]]
            if len(picks) < 2:
                picks = [int(i) for i in rng.choice(group, min(members, len(group)), replace=False)]
            for i in picks:
                rows.append(self._text(self.store, i, max_tokens))
                labels.append(label)
        for k in range(strangers):
            rows.append(self._text(self.strangers, int(rng.integers(len(self.strangers))), max_tokens))
            labels.append(len(chosen) + k)
        return Batch(rows, np.array(labels), "ports")


class FunctionSampler:
    """Real functions, each with its documentation or with a mangled copy of itself.

    The mangled copy has other names and lost tokens: what is left of a function when somebody
    writes it again. Several functions come from each repository, as hard negatives.
    """

    def __init__(self, store: TextStore, docs: TextStore, rng: np.random.Generator) -> None:
        self.store, self.docs, self.rng = store, docs, rng
        rows = [i for i in range(len(store)) if store.offsets[i + 1] - store.offsets[i] >= 12]
        self.repositories = [r for r in _by(store, rows, "repo").values() if len(r) >= 8]
        share = np.array([len(r) ** 0.5 for r in self.repositories])
        self.share = share / share.sum()
        self.doc_of = {
            meta["row"]: i
            for i, meta in enumerate(docs.meta)
            if docs.offsets[i + 1] - docs.offsets[i] >= 4
        }

    def _code(self, i: int, hide: float) -> np.ndarray:
        words = self.store.text_words(i)
        if self.rng.random() < hide:
            words = self.store.hide(words, name_words(self.store.meta[i]["name"]), self.rng)
        return words

    def _mangled(self, i: int) -> np.ndarray:
        rng = self.rng
        words = self.store.blind(self._code(i, 0.9), rng, rng.uniform(0.2, 0.9))
        keep = np.ones(len(words), dtype=bool)
        for _ in range(int(rng.integers(0, 4))):
            start = int(rng.integers(0, len(words)))
            keep[start : start + int(rng.integers(1, 2 + len(words) // 8))] = False
        keep &= rng.random(len(words)) > 0.08
        return words[keep] if keep.sum() > 4 else words

    def batch(self, functions: int, max_tokens: int) -> Batch:
        rng = self.rng
        rows, labels = [], []
        count = 0
        for at in rng.choice(len(self.repositories), 5, replace=False, p=self.share):
            repository = self.repositories[at]
            take = min(len(repository), functions // 5)
            for i in rng.choice(repository, take, replace=False):
                doc = self.doc_of.get(self.store.meta[i]["row"])
                rows.append(self.store.pieces_of(self._code(i, HIDE_NAME), max_tokens))
                if doc is not None and rng.random() < 0.6:
                    rows.append(self.docs.ids(doc, max_tokens))
                else:
                    rows.append(self.store.pieces_of(self._mangled(i), max_tokens))
                labels += [count, count]
                count += 1
        return Batch(rows, np.array(labels), "functions")
