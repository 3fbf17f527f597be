"""The fixed split of the dev problems: ``calibration`` for every choice, ``test`` for figures."""

from __future__ import annotations

import hashlib
from typing import Literal

Part = Literal["calibration", "test"]


def part_of(problem: str) -> Part:
    """sha256(problem), first byte mod 5 below 2 -> calibration (40%), else test (60%)."""
    first = hashlib.sha256(problem.encode("utf-8")).digest()[0]
    return "calibration" if first % 5 < 2 else "test"
