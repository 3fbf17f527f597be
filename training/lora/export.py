"""A finished run to a student folder: merged weights as GGUF, layer files, student.json.

    python export.py --run RUN --output STUDENT [--quantization f16|q8_0|q4_k_m]

Loads the result in node-llama-cpp and compares it with PyTorch; nothing is left in STUDENT when they
disagree. The last line of stdout is the comparison as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile

import torch

from backbone import Backbone, adapted, load_model, load_tokens
from heads import Heads
from parity import ParityError, check_parity
from quantize import QUANTIZATIONS, quantize
from run_folder import RunFolder, load_weights
from settings import SettingsError, model_folder, read_settings
from student import write_student
from to_gguf import write_gguf


def export(run: RunFolder, output: str, kind: str) -> dict:
    """Writes the student and gives the figures of the comparison.

    Raises SettingsError for an unfinished run, ParityError when llama.cpp disagrees.
    """
    if not os.path.exists(run.at("result.json")):
        raise SettingsError(f"{run.path} holds no finished run; finish it with train.py --resume")
    settings = read_settings(run.at("settings.json"))
    torch.set_num_threads(settings.training.threads)
    tokens = load_tokens(settings.model)
    model = load_model(settings)
    if settings.lora is not None:
        model = adapted(model, settings.lora)
    heads = Heads(model.config.hidden_size, settings.binary.hidden, settings.contrastive.dimensions)
    load_weights(run.path, model, heads)
    if settings.lora is not None:
        model = model.merge_and_unload()
    model.eval()
    folder = model_folder(settings.model)
    source = os.path.join(folder, settings.model.gguf_file) if settings.model.gguf_file else folder
    os.makedirs(output, exist_ok=True)
    weights = f"model-{kind}.gguf"
    # Beside the target, so that the last step is a rename within one file system.
    with tempfile.TemporaryDirectory(dir=output) as work:
        plain = os.path.join(work, "model-f16.gguf")
        write_gguf(model, plain, settings.student.id, settings.contrastive.pooling, source, bool(tokens.begin))
        made = plain
        if kind != "f16":
            made = os.path.join(work, weights)
            quantize(plain, made, kind)
        backbone = Backbone(model, settings, tokens.tokenizer.pad_token_id or 0)
        figures = check_parity(backbone, made, run.at("parity.jsonl"), kind)
        shutil.move(made, os.path.join(output, weights))
    write_student(
        output,
        weights,
        {"binary": heads.binary.to_json(), "projection": heads.projection.to_json()},
        run.read_json("settings.json"),
        run.read_json("prompt.json"),
        run.read_json("result.json"),
        {"parity": figures},
    )
    return figures



def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--run", required=True, help="folder of train.py")
    parser.add_argument("--output", required=True, help="student folder")
    parser.add_argument("--quantization", choices=QUANTIZATIONS, default="q8_0")
    args = parser.parse_args()
    try:
        figures = export(RunFolder(args.run), args.output, args.quantization)
    except (SettingsError, ParityError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except ModuleNotFoundError as error:
        print(f"error: {error}; install requirements-lora.txt or export with --quantization f16", file=sys.stderr)
        sys.exit(2)
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
