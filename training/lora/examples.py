"""Rendered prompts (``xccd distill prompts``) to token sequences.

The free and the forced prompt of a pair begin alike. Both are packed into one sequence: the shared
beginning once, then the two endings, each of which sees the beginning and itself. One forward pass
gives both losses and the state that the binary head reads.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

import torch

from tokens import Tokens, common_prefix


@dataclass(frozen=True)
class Example:
    """A pair as token ids. Indices point into ``ids``."""

    id: str
    label: bool
    languages: str
    split: str
    #: Shared beginning, rest of the forced sequence, rest of the free sequence.
    ids: list[int]
    #: Length of the shared beginning and of the forced sequence.
    shared: int
    forced: int
    #: (index of the state that predicts, id that it should predict), per ending.
    forced_targets: list[tuple[int, int]]
    free_targets: list[tuple[int, int]]
    #: Index of the last token of the forced prompt with the words before the label.
    state: int
    #: Ids that begin the two labels after that state: clone, different.
    label_ids: tuple[int, int]
    a: list[int]
    b: list[int]

    @property
    def tokens(self) -> int:
        return len(self.ids) + len(self.a) + len(self.b)


def read_prompt_blocks(folder: str) -> dict:
    """``prompt.json``: the manifest's blocks ``generation`` and ``causal``."""
    with open(os.path.join(folder, "prompt.json"), encoding="utf-8") as file:
        return json.load(file)


def json_lines(path: str):
    """The values of a JSONL file."""
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def read_examples(folder: str, tokens: Tokens, max_tokens: int, splits: set[str]) -> list[Example]:
    """Pairs of ``folder`` in the order of prompts.jsonl.

    Raises ValueError when a pair lacks its forced prompt or a side.
    """
    blocks = read_prompt_blocks(folder)
    generation, limit = blocks["generation"], blocks["causal"]["maxSideTokens"]
    labels = {
        label: tokens.plain(generation["conclusion"] + generation["labels"][name])
        for label, name in ((True, "clone"), (False, "different"))
    }
    stem = common_prefix(labels[True], labels[False])
    label_ids = (labels[True][stem], labels[False][stem])
    sides: dict[tuple[str, str], list[int]] = {}
    for line in json_lines(os.path.join(folder, "sides.jsonl")):
        if line["split"] in splits:
            sides[line["id"], line["side"]] = tokens.side(line["text"], max_tokens)
    prompts: dict[str, dict[str, dict]] = {}
    for line in json_lines(os.path.join(folder, "prompts.jsonl")):
        if line["split"] in splits:
            prompts.setdefault(line["id"], {})[line["kind"]] = line
    examples = []
    for identity, kinds in prompts.items():
        if "forced" not in kinds or (identity, "a") not in sides or (identity, "b") not in sides:
            raise ValueError(f"{folder}: pair {identity} lacks its forced prompt or a side")
        examples.append(
            _example(kinds, sides[identity, "a"], sides[identity, "b"], tokens, limit, stem, label_ids)
        )
    return examples


def _example(kinds, a, b, tokens: Tokens, limit: int, stem: int, label_ids) -> Example:
    forced_line, free_line = kinds["forced"], kinds.get("free")
    forced_prompt, forced = _sequence(forced_line, tokens, limit)
    ids, shared, free_targets = forced, len(forced), []
    if free_line is not None:
        free_prompt, free = _sequence(free_line, tokens, limit)
        shared = min(common_prefix(forced_prompt, free_prompt), len(forced_prompt), len(free_prompt))
        ids = forced + free[shared:]
        place = lambda i: i if i < shared else len(forced) + i - shared  # noqa: E731
        free_targets = [(place(i - 1), free[i]) for i in range(len(free_prompt), len(free))]
    return Example(
        id=forced_line["id"],
        label=bool(forced_line["label"]),
        languages=forced_line["languages"],
        split=forced_line["split"],
        ids=ids,
        shared=shared,
        forced=len(forced),
        forced_targets=[(i - 1, forced[i]) for i in range(len(forced_prompt), len(forced))],
        free_targets=free_targets,
        state=len(forced_prompt) + stem - 1,
        label_ids=label_ids,
        a=a,
        b=b,
    )


def _sequence(line: dict, tokens: Tokens, limit: int) -> tuple[list[int], list[int]]:
    """Ids of the prompt, and of prompt and completion."""
    prompt = tokens.prompt(line["segments"], limit)
    return prompt, prompt + tokens.plain(line["completion"]) + tokens.marked(line["end"])


def packed(examples: list[Example], pad: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Ids (pairs, length), positions (pairs, length) and who sees whom (pairs, 1, length, length)."""
    length = max(len(e.ids) for e in examples)
    ids = torch.full((len(examples), length), pad, dtype=torch.long)
    positions = torch.zeros_like(ids)
    sees = torch.ones(length, length, dtype=torch.bool).tril().repeat(len(examples), 1, 1)
    for row, e in enumerate(examples):
        ids[row, : len(e.ids)] = torch.tensor(e.ids)
        positions[row] = torch.arange(length)
        positions[row, e.forced :] -= e.forced - e.shared
        sees[row, e.forced : len(e.ids), e.shared : e.forced] = False
    return ids, positions.clamp_(min=0), sees[:, None]


def padded(sides: list[list[int]], pad: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Ids (sides, length), padded on the right, and the lengths."""
    lengths = torch.tensor([len(side) for side in sides])
    ids = torch.full((len(sides), int(lengths.max())), pad, dtype=torch.long)
    for row, side in enumerate(sides):
        ids[row, : len(side)] = torch.tensor(side)
    return ids, lengths
