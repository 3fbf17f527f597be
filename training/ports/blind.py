"""Blinds a function's own name: where it is defined and where it calls itself.

`blind_all(records, node, dist)` adds `codeBlind` (the source with the name replaced) and
`canonicalBlind` (its canonical form, by the project's one implementation). As a command:

    python training/ports/blind.py --in FILE.jsonl --out FILE.jsonl [--node NODE --dist DIR]
"""

import argparse
import hashlib
import json
import pathlib
import re
import subprocess

HERE = pathlib.Path(__file__).parent
STAND_INS = ["f", "fn1", "func", "foo", "method", "target", "xyz", "blinded", "g", "fun"]

# Definitions whose name the grammar itself gives; renaming them would change what they are.
FIXED = {"init", "deinit", "subscript", "constructor", "__init__", "initialize", "__construct", "get", "set"}


def stand_in(record, vary):
    if not vary:
        return "f"
    digest = hashlib.sha256((record["repo"] + record["path"] + record["name"]).encode()).digest()
    return STAND_INS[digest[0] % len(STAND_INS)]


def words_of(name):
    """The words of a name as the canonical form splits them."""
    name = re.sub(r"([a-z\d])([A-Z])", r"\1 \2", name)
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", name)
    name = re.sub(r"([A-Za-z]{2})(\d)", r"\1 \2", name)
    return re.findall(r"[^\W_]+", name.lower())


def blind(record, vary=False):
    """The source with the function's own name replaced; unchanged for a program."""
    name = record["name"].rsplit(".", 1)[-1].strip()
    if record.get("kind") == "program" or name in FIXED or not re.fullmatch(r"[\w$?!]+", name):
        return record["code"]
    new = stand_in(record, vary)
    if record["lang"] in ("go", "csharp", "scala") and name[:1].isupper():
        new = new[0].upper() + new[1:]
    return re.sub(rf"(?<![\w$]){re.escape(name)}(?![\w$?!])", new, record["code"])


def blind_all(records, node, dist, vary=False):
    """Adds `codeBlind` and `canonicalBlind` to every record, in place."""
    lines = []
    for record in records:
        record["codeBlind"] = blind(record, vary)
        lines.append(
            json.dumps(
                {
                    "language": record["lang"],
                    "code": record["code"],
                    "canonical": record["canonical"],
                    "blind": record["codeBlind"],
                    "words": words_of(record["name"].rsplit(".", 1)[-1]),
                    "by": words_of(stand_in(record, vary))[0],
                }
            )
        )
    done = subprocess.run(
        [node, "--liftoff-only", str(HERE / "canonical-lines.mjs"), str(dist)],
        input="\n".join(lines) + "\n",
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    forms = done.stdout.split("\n")
    for record, form in zip(records, forms, strict=False):
        record["canonicalBlind"] = form


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--in", dest="source", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--node", default="node")
    parser.add_argument("--dist", type=pathlib.Path, default=HERE.parent.parent / "dist")
    options = parser.parse_args()
    records = [json.loads(line) for line in options.source.open()]
    blind_all(records, options.node, options.dist)
    with options.out.open("w") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
