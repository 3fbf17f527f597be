"""Chooses the task of each training batch."""

from __future__ import annotations

import json
import os
from argparse import Namespace

import numpy as np

from function_samplers import FunctionSampler, PortSampler
from sampler import Batch, CloneSampler
from text_store import TextStore


class TaskMix:
    """Clone batches, mixed with ports and functions by their shares where the stores are given."""

    def __init__(self, args: Namespace, seed: int) -> None:
        self.args, self.rng = args, np.random.default_rng(seed)
        self.clones = CloneSampler(TextStore(args.train), self.rng)
        functions = TextStore(args.functions) if args.functions else None
        self.functions = self.ports = None
        if functions is not None and args.docs:
            self.functions = FunctionSampler(functions, TextStore(args.docs), self.rng)
        if functions is not None and args.ports:
            self.ports = PortSampler(TextStore(args.ports), functions, self.rng)
        self.hard: dict[str, list[str]] | None = None
        if args.hard:
            with open(args.hard, encoding="utf-8") as file:
                self.hard = json.load(file)

    def batch(self) -> Batch:
        args, rng = self.args, self.rng
        lengths = [int(n) for n in str(args.max_tokens).split(",")]
        max_tokens = lengths[int(rng.integers(len(lengths)))]
        draw = rng.random()
        if self.ports and draw < args.ports_share:
            return self.ports.batch(args.groups, args.members, max_tokens, strangers=args.groups)
        draw -= args.ports_share if self.ports else 0
        if self.functions and draw < args.functions_share:
            return self.functions.batch(2 * args.groups, max_tokens)
        hard = self.hard if rng.random() < args.hard_share else None
        return self.clones.batch(args.groups, args.members, max_tokens, hard)
