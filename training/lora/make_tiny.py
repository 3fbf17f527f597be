"""A causal model with random weights and a real tokenizer, small enough for tests.

    python make_tiny.py FOLDER            the model as a Hugging Face folder
    python make_tiny.py FOLDER --student  also trains it on invented pairs and exports FOLDER/student

The student is test/fixtures/students/tiny-causal. It has learnt nothing but the form of an answer.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

MARKERS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
_WORDS = ["read", "print", "loop", "add", "list", "map", "sort", "if", "return", "count", "sum", "append"]
_TEMPLATE = (
    "<|im_start|>user\nSame task?\nA ({{language_a}}):\n{{code_a}}\nB ({{language_b}}):\n{{code_b}}\n"
    "{{directive}}<|im_end|>\n<|im_start|>assistant\n"
)
_DIRECTIVE = 'Answer "Conclusion: yes" or "Conclusion: no".'
BLOCKS = {
    "canonical": 2,
    "maxTokens": 48,
    "generation": {
        "template": _TEMPLATE,
        "task": "Yes or no?",
        "directive": _DIRECTIVE,
        "conclusion": "Conclusion:",
        "labels": {"clone": " yes", "different": " no"},
        "maxNewTokens": 32,
    },
    "causal": {"reads": "canonical", "maxSideTokens": 48},
}


def tokenizer() -> PreTrainedTokenizerFast:
    """Byte-level BPE with every byte, chat markers and a few merges."""
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    bpe.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=MARKERS,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    texts = [f"{a} {b} {c}\n" for a in _WORDS for b in _WORDS for c in _WORDS]
    bpe.train_from_iterator([*texts, _TEMPLATE, _DIRECTIVE, "Conclusion: yes\nConclusion: no\n"] * 2, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=bpe,
        unk_token=MARKERS[0],
        bos_token=MARKERS[1],
        eos_token=MARKERS[2],
        pad_token=MARKERS[2],
    )


def make_model(folder: str) -> None:
    """Writes the model and its tokenizer."""
    tokens = tokenizer()
    config = LlamaConfig(
        vocab_size=len(tokens),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=2048,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=2,
    )
    torch.manual_seed(11)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokens.save_pretrained(folder)


def make_data(folder: str, counts: dict[str, int]) -> None:
    """Invented pairs in the form of ``xccd distill prompts``: equal word sequences are clones."""
    os.makedirs(folder, exist_ok=True)
    generator = random.Random(5)
    generation = BLOCKS["generation"]
    prompts, sides = [], []
    for split, count in counts.items():
        for i in range(count):
            identity, label = f"{split}-{i}", i % 2 == 0
            a = " ".join(generator.choices(_WORDS, k=generator.randint(4, 12)))
            b = a if label else " ".join(generator.choices(_WORDS, k=generator.randint(4, 12)))
            facts = {"id": identity, "label": label, "split": split, "languages": "python-java", "negative": None}
            answer = generation["conclusion"] + generation["labels"]["clone" if label else "different"]
            for kind, directive in (("forced", _DIRECTIVE), ("free", "Yes or no?")):
                segments = _segments(a, b, directive)
                rationale = "" if kind == "forced" else ("Equal words.\n" if label else "Other words.\n")
                prompts.append(
                    {
                        **facts,
                        "kind": kind,
                        "segments": segments,
                        "prompt": "".join(s["text"] for s in segments),
                        "completion": rationale + answer,
                        "end": "<|im_end|>",
                    }
                )
            for side, text in (("a", a), ("b", b)):
                sides.append({**facts, "side": side, "text": text})
    for name, lines in (("prompts.jsonl", prompts), ("sides.jsonl", sides)):
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    with open(os.path.join(folder, "prompt.json"), "w", encoding="utf-8") as file:
        json.dump(BLOCKS, file)


def _segments(a: str, b: str, directive: str) -> list[dict]:
    text = _TEMPLATE.replace("{{language_a}}", "python").replace("{{language_b}}", "java")
    before, rest = text.split("{{code_a}}")
    between, after = rest.split("{{code_b}}")
    after = after.replace("{{directive}}", directive)
    texts = [(before, False), (a, True), (between, False), (b, True), (after, False)]
    return [{"text": text, "code": code} for text, code in texts]


def settings_for(folder: str, **training) -> dict:
    """Settings of a run on the tiny model in ``folder``; seconds on a CPU."""
    return {
        "model": {"folder": folder},
        "student": {"id": "tiny-causal", "version": "0.0.1", "base": "random", "license": "Apache-2.0"},
        "lora": {"rank": 4, "alpha": 8},
        "contrastive": {"dimensions": 16, "max_tokens": 48},
        "training": {
            "batch_pairs": 4,
            "validate_every": 4,
            "validation_pairs": 8,
            "statistics_pairs": 8,
            "calibration_pairs": 16,
            "learning_rate": 0.01,
            **training,
        },
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--student", action="store_true")
    args = parser.parse_args()
    folder = os.path.abspath(args.folder)
    make_model(os.path.join(folder, "model"))
    if not args.student:
        return
    make_data(os.path.join(folder, "data"), {"train": 64, "validation": 32})
    config = os.path.join(folder, "settings.json")
    with open(config, "w", encoding="utf-8") as file:
        json.dump(settings_for(os.path.join(folder, "model"), epochs=4), file)
    here = os.path.dirname(os.path.abspath(__file__))
    run, data = os.path.join(folder, "run"), os.path.join(folder, "data")
    train = ["train.py", "--config", config, "--data", data, "--output", run]
    export = ["export.py", "--run", run, "--output", os.path.join(folder, "student"), "--quantization", "f16"]
    for command in (train, export):
        subprocess.run([sys.executable, os.path.join(here, command[0]), *command[1:]], check=True)


if __name__ == "__main__":
    main()
