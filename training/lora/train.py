"""Distils a student: LoRA on rationales and forced conclusions, with both heads on the same adapters.

    python train.py --config configs/smollm2-135m.yaml --data PROMPTS --output RUN [--resume]

PROMPTS is a folder of ``xccd distill prompts``. Progress goes to stderr and RUN/log.jsonl; the last
line of stdout is the result as JSON. ``--dry-run`` checks shapes, tokenizer and memory and trains
nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import shutil
import sys
import time
from functools import partial

import torch

from backbone import Backbone, adapted, load_model, load_tokens
from batches import epoch_batches, spread
from calibrate import calibrated
from dry_run import dry_run
from examples import Example, read_examples, read_prompt_blocks
from frozen import FrozenStates
from heads import Heads
from objective import losses, through_backbone
from run_folder import RunFolder, load_checkpoint, load_weights, save_checkpoint, seed_all
from settings import Settings, SettingsError, read_settings
from validate import Forward, Scores, in_batches, validate

#: Prompts that export compares llama.cpp and PyTorch on.
_PARITY_PAIRS = 16


def say(*words) -> None:
    print(*words, file=sys.stderr, flush=True)


class Trainer:
    """One run. The state that ``--resume`` restores is in the checkpoint and in ``progress``."""

    def __init__(self, settings: Settings, data: str, run: RunFolder, init: str | None) -> None:
        self.settings, self.run, self.data = settings, run, data
        seed_all(settings.training.seed)
        torch.set_num_threads(settings.training.threads)
        asked = read_prompt_blocks(data)["maxTokens"]
        if asked != settings.contrastive.max_tokens:
            raise SettingsError(
                f"contrastive.max_tokens is {settings.contrastive.max_tokens}, but {data} was rendered for {asked}; "
                "make them equal (`xccd distill prompts --max-tokens`)"
            )
        tokens = self.tokens = load_tokens(settings.model)
        everything = read_examples(data, tokens, settings.contrastive.max_tokens, {"train", "validation"})
        self.train = [e for e in everything if e.split == "train"]
        if settings.training.pairs is not None:
            self.train = spread(self.train, settings.training.pairs, settings.training.seed)
        self.validation = [e for e in everything if e.split == "validation"]
        if len(self.train) < settings.training.batch_pairs or not self.validation:
            raise SettingsError(
                f"{data}: {len(self.train)} training and {len(self.validation)} validation pairs are too few"
            )
        model = load_model(settings)
        if settings.lora is not None:
            model = adapted(model, settings.lora)
            if settings.training.gradient_checkpointing:
                model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
                model.enable_input_require_grads()
        self.model = model
        self.backbone = Backbone(model, settings, tokens.tokenizer.pad_token_id or 0)
        self.heads = Heads(self.backbone.hidden, settings.binary.hidden, settings.contrastive.dimensions)
        self.heads.to(settings.training.device)
        self.frozen = FrozenStates(self.backbone) if settings.lora is None else None
        if init is not None:
            load_weights(init, self.model, self.heads)
        self.optimiser = self._optimiser()
        self.progress = {"epoch": 0, "batch": 0, "step": 0, "best": math.inf, "stale": 0, "seconds": 0.0}
        self.steps = settings.training.epochs * (
            len(self.train) // settings.training.batch_pairs // settings.training.accumulate
        )

    def _optimiser(self) -> torch.optim.Optimizer:
        training = self.settings.training
        groups = [{"params": list(self.heads.parameters()), "lr": training.head_learning_rate}]
        adapters = [p for p in self.model.parameters() if p.requires_grad]
        if adapters:
            groups.append({"params": adapters, "lr": training.learning_rate})
        for group in groups:
            group["full"] = group["lr"]
        return torch.optim.AdamW(groups, weight_decay=training.weight_decay)

    def _rate(self, step: int) -> float:
        """Share of the full rate: up, then down a cosine to a tenth."""
        rise = max(1, int(self.settings.training.warmup * self.steps))
        if step < rise:
            return (step + 1) / rise
        done = min(1.0, (step - rise) / max(1, self.steps - rise))
        return 0.1 + 0.45 * (1 + math.cos(math.pi * done))

    def forward(self) -> Forward:
        if self.frozen is not None:
            return self.frozen
        return partial(through_backbone, self.backbone, with_loss=True)

    @torch.no_grad()
    def standardise(self) -> None:
        """Sets mean and scale of the heads' inputs from training pairs."""
        training = self.settings.training
        chosen = spread(self.train, training.statistics_pairs, training.seed)
        forward = self.frozen or partial(through_backbone, self.backbone, with_loss=False)
        outputs = [forward(batch) for batch in in_batches(chosen, training.batch_pairs)]
        self.heads.binary.standardise_by(torch.cat([o.pair for o in outputs]))
        self.heads.projection.standardise_by(torch.cat([t for o in outputs for t in (o.a, o.b)]))

    def fit(self, resume: bool, init: bool) -> None:
        training, progress = self.settings.training, self.progress
        checkpoint = self.run.at("checkpoint.pt")
        if resume and os.path.exists(checkpoint):
            progress.update(load_checkpoint(checkpoint, self.model, self.heads, self.optimiser))
            say(f"resumed at step {progress['step']} of {self.steps}")
        elif not init:
            self.standardise()
        started = time.monotonic() - progress["seconds"]
        held_out = spread(self.validation, training.validation_pairs, training.seed)
        scaler = torch.amp.GradScaler(enabled=training.precision == "fp16")
        forward = self.forward()
        if progress["step"] == 0:
            # The starting point: what early stopping must beat, and a checkpoint to resume from.
            self._validation(forward, held_out, started)
        while progress["epoch"] < training.epochs and progress["stale"] < training.patience:
            batches = epoch_batches(self.train, training.batch_pairs, training.seed, progress["epoch"])
            usable = len(batches) // training.accumulate * training.accumulate
            while progress["batch"] < usable and progress["stale"] < training.patience:
                group = batches[progress["batch"] : progress["batch"] + training.accumulate]
                parts = self._step(forward, group, scaler)
                progress["batch"] += training.accumulate
                progress["step"] += 1
                progress["seconds"] = time.monotonic() - started
                self.run.log({"step": progress["step"], "seconds": round(progress["seconds"], 1), **parts})
                if progress["step"] % training.validate_every == 0:
                    self._validation(forward, held_out, started)
            if progress["batch"] >= usable:
                progress["epoch"] += 1
                progress["batch"] = 0
        if progress["step"] % training.validate_every != 0:
            self._validation(forward, held_out, started)

    def _step(self, forward: Forward, group: list[list[Example]], scaler) -> dict[str, float]:
        """One optimiser step over the batches of ``group``; the mean losses."""
        self.model.train()
        for settings in self.optimiser.param_groups:
            settings["lr"] = settings["full"] * self._rate(self.progress["step"])
        sums: dict[str, float] = {}
        for batch in group:
            parts = losses(forward(batch), self.heads, self.settings)
            scaler.scale(parts["total"] / len(group)).backward()
            for name, loss in parts.items():
                sums[name] = sums.get(name, 0.0) + float(loss.detach()) / len(group)
        scaler.unscale_(self.optimiser)
        trained = [p for settings in self.optimiser.param_groups for p in settings["params"]]
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        scaler.step(self.optimiser)
        scaler.update()
        self.optimiser.zero_grad(set_to_none=True)
        return {name: round(value, 4) for name, value in sums.items()}

    def _validation(self, forward: Forward, held_out: list[Example], started: float) -> None:
        progress = self.progress
        self.model.eval()
        figures = validate(forward, self.heads, held_out, self.settings)
        if figures["loss"] < progress["best"]:
            progress.update(best=figures["loss"], stale=0)
            self.run.save_best(self.model, self.heads)
        else:
            progress["stale"] += 1
        progress["seconds"] = time.monotonic() - started
        self.run.log({"validation at": progress["step"], "seconds": round(progress["seconds"], 1), **figures})
        say(f"step {progress['step']}/{self.steps} {progress['seconds']:.0f}s", json.dumps(figures))
        save_checkpoint(self.run.at("checkpoint.pt"), self.model, self.heads, self.optimiser, progress)

    @torch.no_grad()
    def finish(self) -> dict:
        """Calibrates the best heads on the validation split and writes result.json."""
        training = self.settings.training
        self.run.load_best(self.model, self.heads)
        self.model.eval()
        chosen = spread(self.validation, training.calibration_pairs, training.seed)
        forward = self.frozen or partial(through_backbone, self.backbone, with_loss=False)
        scores = Scores()
        for batch in in_batches(chosen, training.batch_pairs):
            scores.add(forward(batch), self.heads)
        result = {
            "heads": {head: calibrated(scores.of(head), scores.labels) for head in ("binary", "contrastive")},
            "validation": scores.figures(),
            "hidden": self.backbone.hidden,
            "trainingPairs": len(self.train),
            "steps": self.progress["step"],
            "seconds": round(self.progress["seconds"], 1),
        }
        self.run.write_parity(chosen[:_PARITY_PAIRS], self.data, self.tokens)
        self.run.write_json("result.json", result)
        return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--config", required=True, help="YAML or JSON (settings.py)")
    parser.add_argument("--data", help="folder with prompts.jsonl, sides.jsonl, prompt.json")
    parser.add_argument("--output", help="run folder")
    parser.add_argument("--resume", action="store_true", help="go on from RUN/checkpoint.pt")
    parser.add_argument("--init", help="run folder whose adapters and heads are the starting point")
    parser.add_argument("--dry-run", action="store_true", help="check shapes, tokenizer and memory only")
    args = parser.parse_args()
    try:
        settings = read_settings(args.config)
        if args.dry_run:
            report = dry_run(settings, os.path.dirname(os.path.abspath(args.config)), args.data)
            print(json.dumps(report, indent=2))
            sys.exit(0 if report["ok"] else 1)
        if not args.data or not args.output:
            parser.error("--data and --output are needed for training")
        run = RunFolder(args.output)
        if os.path.exists(run.at("checkpoint.pt")) and not args.resume:
            raise SettingsError(f"{args.output} holds a run already; go on with --resume or name another folder")
        trainer = Trainer(settings, args.data, run, args.init)
    except (SettingsError, ValueError) as error:
        say(f"error: {error}")
        sys.exit(2)
    run.write_settings(settings)
    shutil.copyfile(os.path.join(args.data, "prompt.json"), run.at("prompt.json"))
    trainer.fit(args.resume, init=args.init is not None)
    print(json.dumps(trainer.finish()))


if __name__ == "__main__":
    main()
