"""Samples functions of applications that are unrelated to every other set: what a scan should pass over.

    python training/ports/unrelated.py --raw DIR --out DIR [--per-repository 150]

Reads what `extract.mjs --projects training/ports/unrelated.json` wrote; writes
unrelated-test.jsonl and unrelated-calibration.jsonl (no repository in both), the same number of
functions from each repository, chosen by hash.
"""

import argparse
import hashlib
import json
import pathlib

import pair
from blind import blind_all

HERE = pathlib.Path(__file__).parent
FIELDS = "lang name code canonical canonicalVersion repo path license".split()
MIN_TOKENS = 20  # shorter functions are below the scan's least size


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--per-repository", type=int, default=150)
    parser.add_argument("--node", default="node")
    parser.add_argument("--dist", type=pathlib.Path, default=HERE.parent.parent / "dist")
    options = parser.parse_args()
    families = json.loads((HERE / "unrelated.json").read_text())["families"]
    for family in families:
        by_repo, seen = {}, set()
        for record in pair.read_raw(options.raw, family):
            text = record["canonical"]
            if len(text.split()) < MIN_TOKENS or text in seen or pair.is_test(record):
                continue
            if len(record["code"]) > pair.MAX_CODE:
                continue
            seen.add(text)
            by_repo.setdefault(record["repo"], []).append(record)
        kept = []
        for repo, records in sorted(by_repo.items()):
            records.sort(
                key=lambda r: hashlib.sha256((r["path"] + r["name"] + str(r["line"])).encode()).digest()
            )
            kept += [
                {field: record[field] for field in FIELDS}
                for record in records[: options.per_repository]
            ]
        blind_all(kept, options.node, options.dist)
        target = options.out / f"{family}.jsonl"
        part = target.with_suffix(".jsonl.part")
        with part.open("w") as file:
            for record in kept:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        part.rename(target)
        print(f"{family}: {len(kept)} functions of {len(by_repo)} repositories")


if __name__ == "__main__":
    main()
