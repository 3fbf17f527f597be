"""Step 2: contrastive training of the encoder, resumable from its checkpoints.

The model runs in bf16 on a copy of fp32 master weights, in two single-threaded workers; dropout
is off. A checkpoint holds the
weights (safetensors), the optimiser and the step, so that a stopped run goes on where it stood.
A file named ``stop`` in the output folder ends a run cleanly after the current step.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import tempfile
import time
from collections import defaultdict

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as processes
from safetensors.torch import save_file

from dev_metrics import calibration_sample, dev_figures
from data_parallel import gather_vectors, split_evenly, sum_gradients
from encoder import load_encoder
from losses import info_nce
from task_mix import TaskMix
from text_store import TextStore


def learning_rate(step: int, peak: float, warmup: int, seconds_left: float, decay: float) -> float:
    """Linear warm-up, constant, then cosine to a tenth in the last ``decay`` seconds."""
    rate = peak * min(1.0, (step + 1) / warmup)
    if seconds_left < decay:
        done = 1 - max(0.0, seconds_left) / decay
        rate *= 0.1 + 0.45 * (1 + math.cos(math.pi * done))
    return rate


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", required=True, help="text store of the clone programs")
    parser.add_argument("--dev", required=True, help="text store of the dev programs")
    parser.add_argument("--ports", help="text store of ported functions")
    parser.add_argument("--functions", help="text store of unrelated real functions")
    parser.add_argument("--docs", help="text store of their documentation")
    parser.add_argument("--hard", help="JSON of mine_hard_negatives.py")
    parser.add_argument("--ports-share", type=float, default=0.28)
    parser.add_argument("--functions-share", type=float, default=0.12)
    parser.add_argument("--hard-share", type=float, default=0.5)
    parser.add_argument("--output", required=True, help="folder for checkpoints and log.jsonl")
    parser.add_argument("--weights", help="safetensors to start from; default: the base")
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--decay-minutes", type=float, default=0.0)
    parser.add_argument("--groups", type=int, default=40)
    parser.add_argument("--members", type=int, default=3)
    parser.add_argument("--max-tokens", default="128", help="one length, or several to draw from")
    parser.add_argument("--dev-tokens", type=int, default=192)
    parser.add_argument("--temperature", type=float, default=0.05)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--warmup", type=int, default=30)
    parser.add_argument("--checkpoint-minutes", type=float, default=3.0)
    parser.add_argument("--dev-minutes", type=float, default=9.0)
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def train(rank: int, args: argparse.Namespace) -> None:
    """One worker. All workers draw the same batches and keep the same weights; the first writes."""
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    dist.init_process_group(
        "gloo", init_method=f"file://{args.rendezvous}", rank=rank, world_size=args.workers
    )
    latest = os.path.join(args.output, "latest.safetensors")
    state_path = os.path.join(args.output, "latest.pt")
    resumed = os.path.exists(state_path)
    master = load_encoder(latest if resumed else args.weights)
    fast = load_encoder(latest if resumed else args.weights).to(torch.bfloat16)
    master.to(args.device)
    fast.to(args.device)
    masters, copies = list(master.parameters()), list(fast.parameters())
    optimiser = torch.optim.AdamW(
        masters, lr=args.rate, betas=(0.9, 0.98), weight_decay=0.01, fused=True
    )
    step = 0
    if resumed:
        saved = torch.load(state_path, weights_only=True, map_location=args.device)
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    tasks = TaskMix(args, args.seed + step)
    dev = TextStore(args.dev)
    sample = calibration_sample(dev, 400)

    def write(record: dict) -> None:
        if rank == 0:
            with open(os.path.join(args.output, "log.jsonl"), "a", encoding="utf-8") as log:
                stamp = time.strftime("%H:%M:%S")
                log.write(json.dumps({"time": stamp, "step": step, **record}) + "\n")

    def save() -> None:
        if rank == 0:
            weights = {k: v.cpu().contiguous() for k, v in master.state_dict().items()}
            save_file(weights, latest + ".new")
            torch.save({"optimiser": optimiser.state_dict(), "step": step}, state_path + ".new")
            os.replace(latest + ".new", latest)
            os.replace(state_path + ".new", state_path)

    start = time.time()
    length = args.minutes * 60
    last_save = last_dev = last_log = start
    seen, since, losses = 0, 0, defaultdict(list)
    while True:
        asked_to_stop = os.path.exists(os.path.join(args.output, "stop"))
        clock = torch.tensor([-1.0 if asked_to_stop else time.time() - start], dtype=torch.float64)
        dist.broadcast(clock, 0)
        elapsed = float(clock)
        if elapsed < 0 or elapsed > length:
            break
        batch = tasks.batch()
        shares = split_evenly(batch.rows, args.workers)
        rate = learning_rate(
            step, args.rate, args.warmup, length - elapsed, args.decay_minutes * 60
        )
        for group in optimiser.param_groups:
            group["lr"] = rate
        own = fast([batch.rows[i] for i in shares[rank]]).cpu()
        vectors = gather_vectors(own, shares, rank)
        loss = info_nce(vectors, torch.from_numpy(batch.labels), args.temperature)
        loss.backward()
        flat = sum_gradients(fast).to(args.device)
        flat *= min(1.0, 1.0 / (float(flat.norm()) + 1e-6))
        at = 0
        for parameter, copy in zip(masters, copies, strict=True):
            parameter.grad = flat[at : at + parameter.numel()].view_as(parameter)
            at += parameter.numel()
            copy.grad = None
        optimiser.step()
        with torch.no_grad():
            torch._foreach_copy_(copies, masters)
        step += 1
        seen += len(batch.rows)
        since += len(batch.rows)
        losses[batch.kind].append(float(loss.detach()))
        now = start + elapsed
        if step % 10 == 0:
            means = {kind: round(float(np.mean(values)), 3) for kind, values in losses.items()}
            speed = round(since / (now - last_log), 1)
            write({"loss": means, "rate": rate, "seen": seen, "per_second": speed})
            losses.clear()
            since, last_log = 0, now
        if now - last_save > args.checkpoint_minutes * 60:
            save()
            last_save = now
        if now - last_dev > args.dev_minutes * 60:
            if rank == 0:
                write(dev_figures(fast, dev, sample, args.dev_tokens))
            last_dev = now
    save()
    if rank == 0 and elapsed > 0:
        write(dev_figures(fast, dev, sample, args.dev_tokens))
    dist.destroy_process_group()


def main() -> None:
    args = arguments()
    os.makedirs(args.output, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        args.rendezvous = os.path.join(folder, "meet")
        processes.spawn(train, args=(args,), nprocs=args.workers)


if __name__ == "__main__":
    main()
