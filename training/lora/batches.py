"""The order of the pairs: seeded, by epoch, so that a resumed run sees what it would have seen."""

from __future__ import annotations

import random

from examples import Example

#: Batches whose pairs are sorted by length together, against padding.
_BUCKET = 8


def epoch_batches(examples: list[Example], size: int, seed: int, epoch: int) -> list[list[Example]]:
    """Batches of ``size`` pairs of similar length, in random order; a remainder is dropped."""
    generator = random.Random(f"{seed}/{epoch}")
    order = list(examples)
    generator.shuffle(order)
    batches = []
    for start in range(0, len(order), size * _BUCKET):
        bucket = sorted(order[start : start + size * _BUCKET], key=lambda e: e.tokens)
        batches += [bucket[i : i + size] for i in range(0, len(bucket) - size + 1, size)]
    generator.shuffle(batches)
    return batches


def spread(examples: list[Example], count: int, seed: int) -> list[Example]:
    """At most ``count`` pairs, drawn evenly from each kind of language pair and label."""
    kinds: dict[tuple[str, bool], list[Example]] = {}
    for e in sorted(examples, key=lambda e: e.id):
        kinds.setdefault((e.languages, e.label), []).append(e)
    generator = random.Random(seed)
    for members in kinds.values():
        generator.shuffle(members)
    chosen: list[Example] = []
    while len(chosen) < count and any(kinds.values()):
        for key in sorted(kinds):
            if kinds[key] and len(chosen) < count:
                chosen.append(kinds[key].pop())
    return chosen
