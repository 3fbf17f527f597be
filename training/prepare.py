"""Step 1: code records -> text stores for training.

``--form lexical`` derives the warm-up text here; ``--form canonical`` reads records that already
carry ``canonical`` as ``xccd canonical --input`` prints it; ``--form doc`` takes their doc texts.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
from collections.abc import Iterator

from lexical_form import lexical_form
from text_store import write_store

_CODE_FIELDS = {"code", "codeBlind", "canonical", "canonicalBlind", "doc"}


def read_records(path: str) -> Iterator[dict]:
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8") as file:
        for line in file:
            if line.strip():
                yield json.loads(line)


def text_of(record: dict, form: str) -> str | None:
    if form == "doc":
        return " ".join(re.findall(r"[^\W_]+", (record.get("doc") or "").lower())[:60])
    if form == "lexical":
        return lexical_form(record["code"], record["lang"])
    canonical = record.get("canonical")
    return canonical.get("text") if isinstance(canonical, dict) else canonical


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--form", choices=["lexical", "canonical", "doc"], required=True)
    parser.add_argument("--input", required=True, help="JSONL, plain or .gz")
    parser.add_argument("--output", required=True, help="folder of the store")
    args = parser.parse_args()

    def records() -> Iterator[tuple[dict, str]]:
        for number, record in enumerate(read_records(args.input)):
            text = text_of(record, args.form)
            if text:
                meta = {k: v for k, v in record.items() if k not in _CODE_FIELDS}
                yield {"row": number, **meta}, text

    print(f"{os.path.basename(args.input)}: {write_store(args.output, records())} texts")


if __name__ == "__main__":
    main()
