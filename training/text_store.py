"""Texts as word ids: quick to blind, to cut and to turn into token ids.

A store is a folder with ``meta.jsonl`` (one record per text, without the text) and ``words.npz``
(the words of all texts end to end, and the WordPiece ids of every distinct word).
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Sequence

import numpy as np

from encoder import CLS, SEP, base_folder



def shared_words() -> set[str]:
    """Words that the canonical form shares among languages; blinding leaves them alone."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "shared_words.txt")
    with open(path, encoding="utf-8") as file:
        return set(file.read().split())


def name_words(name: str) -> list[str]:
    """Last part of a qualified name in lower-case words, as the canonical form splits it."""
    name = re.split(r"[.:#/]", name)[-1]
    name = re.sub(r"([a-z]|\d)([A-Z])", r"\1 \2", name)
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", name)
    name = re.sub(r"([A-Za-z]{2})(\d)", r"\1 \2", name)
    return re.findall(r"[^\W_]+", name.lower())


class TextStore:
    """Read side of a store; ``ids(i)`` gives the token ids of text ``i``."""

    def __init__(self, folder: str) -> None:
        with open(os.path.join(folder, "meta.jsonl"), encoding="utf-8") as file:
            self.meta = [json.loads(line) for line in file]
        with np.load(os.path.join(folder, "words.npz")) as data:
            self.words, self.offsets = data["words"], data["offsets"]
            self.pieces, self.piece_offsets = data["pieces"], data["piece_offsets"]
            self.document_share = data["document_share"]
        with open(os.path.join(folder, "vocabulary.json"), encoding="utf-8") as file:
            self.vocabulary: list[str] = json.load(file)
        self.index = {word: i for i, word in enumerate(self.vocabulary)}
        shared = shared_words()
        is_name = np.array([w.isalpha() and w not in shared for w in self.vocabulary])
        self.blindable = is_name
        self.name_pool = np.flatnonzero(is_name & (self.document_share > 2e-5))
        letters = np.array([len(w) == 1 and w.isalpha() for w in self.vocabulary])
        self.letter_pool = np.flatnonzero(letters)
        numbered = np.array([bool(re.fullmatch("[a-z][0-9]{1,2}", w)) for w in self.vocabulary])
        self.numbered_pool = np.flatnonzero(numbered)

    def __len__(self) -> int:
        return len(self.meta)

    def text_words(self, i: int) -> np.ndarray:
        return self.words[self.offsets[i] : self.offsets[i + 1]]

    def pieces_of(self, words: np.ndarray, max_tokens: int) -> np.ndarray:
        """Token ids with CLS and SEP, cut as ``truncateTokens`` of src/student does."""
        room = max_tokens - 2
        starts, ends = self.piece_offsets[words], self.piece_offsets[words + 1]
        lengths = ends - starts
        total = int(lengths.sum())
        base = np.repeat(starts - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        flat = self.pieces[base + np.arange(total)] if total else self.pieces[:0]
        if total > room:
            head = -(-room * 2 // 3)
            flat = np.concatenate((flat[:head], flat[total - (room - head) :]))
        return np.concatenate(([CLS], flat, [SEP])).astype(np.int64)

    def blind(self, words: np.ndarray, rng: np.random.Generator, share: float) -> np.ndarray:
        """Renames ``share`` of the distinct name words consistently.

        New names are random words, single letters, numbered letters or one word for all, as
        tools rename that hide names.
        """
        distinct, inverse = np.unique(words, return_inverse=True)
        chosen = self.blindable[distinct] & (rng.random(len(distinct)) < share)
        swapped = distinct.copy()
        style = rng.random()
        if style < 0.4:
            pool = self.name_pool
        elif 0.65 < style <= 0.85 and len(self.numbered_pool):
            pool = self.numbered_pool
        else:
            pool = self.letter_pool
        names = rng.choice(pool, int(chosen.sum()))
        swapped[chosen] = names[:1] if style > 0.85 and len(names) else names
        return swapped[inverse]

    def hide(
        self, words: np.ndarray, name: Sequence[str], rng: np.random.Generator
    ) -> np.ndarray:
        """Replaces every run of words that spells ``name`` by one random word or nothing."""
        ids = [self.index.get(n, -1) for n in name]
        n = len(ids)
        if n == 0 or min(ids) < 0 or len(words) <= n:
            return words
        match = np.ones(len(words) - n + 1, dtype=bool)
        for k, i in enumerate(ids):
            match &= words[k : len(words) - n + 1 + k] == i
        starts = np.flatnonzero(match)
        if len(starts) == 0:
            return words
        gone = np.zeros(len(words), dtype=bool)
        for k in range(n):
            gone[starts + k] = True
        if rng.random() < 0.4:
            return words[~gone]
        renamed = words.copy()
        pool = self.name_pool if rng.random() < 0.5 else self.letter_pool
        renamed[starts] = rng.choice(pool)
        gone[starts] = False
        return renamed[~gone]

    def ids(self, i: int, max_tokens: int) -> np.ndarray:
        return self.pieces_of(self.text_words(i), max_tokens)


def write_store(folder: str, records: Iterable[tuple[dict, str]]) -> int:
    """Writes (meta, text) records as a store; returns how many."""
    from tokenizers import Tokenizer

    os.makedirs(folder, exist_ok=True)
    index: dict[str, int] = {}
    seen: list[int] = []
    words: list[np.ndarray] = []
    offsets = [0]
    with open(os.path.join(folder, "meta.jsonl"), "w", encoding="utf-8") as file:
        for meta, text in records:
            ids = []
            for word in text.split()[:800]:
                i = index.setdefault(word, len(index))
                if i == len(seen):
                    seen.append(0)
                ids.append(i)
            for i in set(ids):
                seen[i] += 1
            words.append(np.array(ids, dtype=np.int32))
            offsets.append(offsets[-1] + len(ids))
            file.write(json.dumps(meta) + "\n")
    tokenizer = Tokenizer.from_file(os.path.join(base_folder(), "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    vocabulary = list(index)
    encoded = [e.ids for e in tokenizer.encode_batch(vocabulary, add_special_tokens=False)]
    piece_offsets = np.concatenate(([0], np.cumsum([len(e) for e in encoded]))).astype(np.int64)
    np.savez(
        os.path.join(folder, "words.npz"),
        words=np.concatenate(words),
        offsets=np.array(offsets, dtype=np.int64),
        pieces=np.array([p for e in encoded for p in e], dtype=np.int32),
        piece_offsets=piece_offsets,
        document_share=np.array(seen) / max(1, len(words)),
    )
    with open(os.path.join(folder, "vocabulary.json"), "w", encoding="utf-8") as file:
        json.dump(vocabulary, file)
    return len(words)
