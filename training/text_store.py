"""Texts as word ids: quick to blind, to cut and to turn into token ids.

A store is a folder with ``meta.jsonl`` (one record per text, without the text) and ``words.npz``
(the words of all texts end to end, and the WordPiece ids of every distinct word).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable

import numpy as np

from encoder import CLS, SEP, base_folder



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
        is_name = np.array([w.isalpha() for w in self.vocabulary])
        self.blindable = is_name & (self.document_share < 0.10)
        pool = is_name & (self.document_share > 2e-5)
        self.name_pool = np.flatnonzero(pool)

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
        """Replaces ``share`` of the distinct names by random other names, consistently."""
        distinct, inverse = np.unique(words, return_inverse=True)
        chosen = self.blindable[distinct] & (rng.random(len(distinct)) < share)
        swapped = distinct.copy()
        swapped[chosen] = rng.choice(self.name_pool, int(chosen.sum()))
        return swapped[inverse]

    def without(self, words: np.ndarray, names: Iterable[str]) -> np.ndarray:
        """Words with every occurrence of ``names`` left out."""
        gone = [self.index[n] for n in names if n in self.index]
        return words[~np.isin(words, gone)] if gone else words

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
