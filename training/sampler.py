"""Batches for contrastive training: groups of clones, all from one source per batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from text_store import TextStore

SET_WEIGHTS = {"atcoder": 0.52, "leetcode": 0.26, "codejam": 0.07, "mbxp": 0.15}
LANGUAGE_WEIGHTS = {"rust": 2.0, "ruby": 3.0, "java": 1.2, "python": 1.2, "kotlin": 1.3}
CROSS_LANGUAGE = 0.85
BLIND_TEXTS = {"atcoder": 0.25, "codejam": 0.25, "leetcode": 0.35, "mbxp": 0.45}
# Batches in which no text keeps any name, so that only the logic tells clones from strangers.
BLIND_BATCHES = {"atcoder": 0.1, "codejam": 0.1, "leetcode": 0.3, "mbxp": 0.4}


@dataclass
class Batch:
    """Rows of token ids; rows with equal ``labels`` are clones."""

    rows: list[np.ndarray]
    labels: np.ndarray
    kind: str


class CloneSampler:
    """Draws ``groups`` problems of one set and ``members`` programs of each."""

    def __init__(self, store: TextStore, rng: np.random.Generator) -> None:
        self.store, self.rng = store, rng
        by_problem: dict[str, dict[str, dict[str, list[int]]]] = defaultdict(dict)
        for i, meta in enumerate(store.meta):
            if store.offsets[i + 1] - store.offsets[i] >= 5:
                problem = by_problem[meta["set"]].setdefault(meta["problem"], {})
                problem.setdefault(meta["lang"], []).append(i)
        self.problems: dict[str, list[dict[str, list[int]]]] = {}
        self.names: dict[str, list[str]] = {}
        self.weights: dict[str, np.ndarray] = {}
        self.position: dict[str, tuple[str, int]] = {}
        for name, problems in by_problem.items():
            usable = {p: v for p, v in problems.items() if sum(map(len, v.values())) > 1}
            self.problems[name] = list(usable.values())
            self.names[name] = list(usable)
            for at, problem in enumerate(usable):
                self.position[problem] = (name, at)
            weights = np.array(
                [
                    (1 if len(v) > 1 else 0.25) * (1 + ("rust" in v) + 1.5 * ("ruby" in v))
                    for v in usable.values()
                ]
            )
            self.weights[name] = weights / weights.sum()
        self.sets = [s for s in SET_WEIGHTS if s in self.problems]
        share = np.array([SET_WEIGHTS[s] for s in self.sets])
        self.set_share = share / share.sum()

    def _members(self, problem: dict[str, list[int]], members: int) -> list[int]:
        """Mostly one program per language, without repeats."""
        chosen: list[int] = []
        languages = list(problem)
        weights = np.array([LANGUAGE_WEIGHTS.get(name, 1.0) for name in languages])
        cross = self.rng.random() < CROSS_LANGUAGE and len(languages) > 1
        open_languages = np.ones(len(languages), dtype=bool)
        for _ in range(members):
            free = np.array([any(i not in chosen for i in problem[n]) for n in languages])
            allowed = free & open_languages if cross and (free & open_languages).any() else free
            if not allowed.any():
                break
            share = weights * allowed
            at = int(self.rng.choice(len(languages), p=share / share.sum()))
            options = [i for i in problem[languages[at]] if i not in chosen]
            chosen.append(int(self.rng.choice(options)))
            open_languages[at] = False
        return chosen

    def batch(
        self,
        groups: int,
        members: int,
        max_tokens: int,
        hard: dict[str, Sequence[str]] | None = None,
    ) -> Batch:
        """A batch; with ``hard`` (problem -> like problems), half the groups come as its hard negatives."""
        name = self.sets[int(self.rng.choice(len(self.sets), p=self.set_share))]
        problems = self.problems[name]
        count = min(groups, len(problems))
        if hard:
            picked: list[int] = []
            for seed in self.rng.choice(len(problems), len(problems) if len(problems) < count else count,
                                        replace=False, p=self.weights[name]):
                like = [self.position[q][1] for q in hard.get(self.names[name][seed], ())
                        if q in self.position]
                self.rng.shuffle(like)
                for at in [int(seed), *like[:3]]:
                    if at not in picked:
                        picked.append(at)
                if len(picked) >= count:
                    break
            chosen = picked[:count]
        else:
            chosen = [int(i) for i in self.rng.choice(len(problems), count, replace=False,
                                                      p=self.weights[name])]
        rows, labels = [], []
        all_blind = self.rng.random() < BLIND_BATCHES[name]
        for label, at in enumerate(chosen):
            for i in self._members(problems[at], members):
                words = self.store.text_words(i)
                if all_blind or self.rng.random() < BLIND_TEXTS[name]:
                    share = 1.0 if all_blind else self.rng.uniform(0.6, 1.0)
                    words = self.store.blind(words, self.rng, share)
                rows.append(self.store.pieces_of(words, max_tokens))
                labels.append(label)
        return Batch(rows, np.array(labels), name)
