"""Pairs the functions that extract.mjs cut out: the same function in several languages.

    python training/ports/pair.py --raw DIR --out DIR [--node NODE --dist DIR]

Writes train.jsonl, calibration.jsonl and test.jsonl, one function per line:
group, lang, name, code, canonical, canonicalBlind, codeBlind, repo, project, path, license.
Functions with the same `group` are ports of each other; `project` is the family, and the three
files share no family. Needs nothing but the standard library.
"""

import argparse
import collections
import hashlib
import json
import math
import pathlib
import re
import statistics
import sys

from blind import blind_all

HERE = pathlib.Path(__file__).parent

MIN_TOKENS = 12
MAX_RATIO = 4.0
MAX_CODE = 20_000
# A large family must not outweigh the others: at most this many groups of one family are kept.
MAX_GROUPS = 450

# Names that say what every library does; they pair only where class and file agree too.
GENERIC = set(
    """new get set init main to string run call execute apply default next add remove size length
    len is empty clear contains put push pop peek first last copy clone equals equal hash code
    compare compare to from parse format name value values key keys data test create make build
    open close read write reset start stop begin end update load save process handle visit accept
    print display show iterator iter item items index each map filter find insert delete append
    result visitor render options config setup check validate eq ne lt le gt ge cmp fmt drop deref
    hash code try from into as ref not sub mul div neg repr str constructor initialize invoke
    operator this that self""".split()
)
# First words of names of functions that only read or store a field, when they are short.
ACCESSORS = {"get", "set", "has", "with", "clear", "merge", "add"}
DROPPED = re.compile(
    r"^(?:tests?|bench|benchmark|spec|setup|teardown|main|demo|example|usage)(?:$| )| tests?$"
)


def words(name):
    """`maxTwoSum_2` -> (max, two, sum, 2)."""
    name = re.sub(r"([a-z\d])([A-Z])", r"\1 \2", name)
    name = re.sub(r"([A-Z])([A-Z][a-z])", r"\1 \2", name)
    name = re.sub(r"([A-Za-z]{2})(\d)", r"\1 \2", name)
    return tuple(re.findall(r"[a-z]+|\d+", name.lower()))


def simple(name):
    return name.rsplit(".", 1)[-1]


def owner(record):
    parts = record["name"].split(".")
    return parts[-2] if len(parts) > 1 else ""


def stem(path):
    return pathlib.PurePosixPath(path).name.split(".")[0]


def joined(parts):
    return "".join(parts)


def strip_prefix(key_words, project_words):
    """`earcutrFoo`/`diff_foo` keep their words; only a prefix that names the project goes."""
    if len(key_words) > 1 and key_words[0] in project_words:
        return key_words[1:]
    return key_words


def is_test(record):
    lowered = record["name"].lower()
    if DROPPED.search(" ".join(words(simple(record["name"])))):
        return True
    if any(part in ("test", "tests", "bench", "benches") for part in lowered.split(".")):
        return True
    return bool(re.search(r"#\[test\]|@Test\b|\[Fact|\[Test|\.should\b|assert_eq!\(", record["code"][:4000]))


def usable(record):
    tokens = record["canonical"].split()
    if len(tokens) < MIN_TOKENS or len(record["code"]) > MAX_CODE:
        return False
    if record["kind"] in ("closure", "constructor", "script"):
        return record["kind"] == "constructor" and len(tokens) >= 40
    name = words(simple(record["name"]))
    if name and name[0] in ACCESSORS and len(tokens) < 26:
        return False
    return not is_test(record)


def size(record):
    return len(record["canonical"].split())


class Rarity:
    """Cosine of TF-IDF vectors over canonical tokens; document frequencies from all functions."""

    def __init__(self, records):
        self.df = collections.Counter()
        for record in records:
            self.df.update(set(record["canonical"].split()))
        self.n = max(1, len(records))

    def vector(self, record, leave=()):
        counts = collections.Counter(t for t in record["canonical"].split() if t not in leave)
        vector = {
            t: (1 + math.log(c)) * math.log((1 + self.n) / (1 + self.df[t]))
            for t, c in counts.items()
        }
        norm = math.sqrt(sum(v * v for v in vector.values())) or 1.0
        return {t: v / norm for t, v in vector.items()}

    def cosine(self, a, b):
        leave = set(words(simple(a["name"]))) | set(words(simple(b["name"])))
        left, right = self.vector(a, leave), self.vector(b, leave)
        return sum(v * right.get(t, 0.0) for t, v in left.items())


MARGIN = 0.08  # lead over the next best where one repository has several of the same name


def representative(records, rarity):
    """One function per repository and language: of several, the one clearly nearest the others."""
    by_side = collections.defaultdict(list)
    for record in records:
        by_side[record["repo"], record["lang"]].append(record)
    if len(by_side) < 2:
        return []
    kept = []
    for place, side in by_side.items():
        distinct = list({r["canonical"]: r for r in side}.values())
        if len(distinct) == 1:
            kept.append(distinct[0])
            continue
        if len(distinct) > 6:
            continue
        others = [r for other, rs in by_side.items() if other[1] != place[1] for r in rs[:6]]
        if not others:
            continue
        ranked = sorted(
            ((max(rarity.cosine(r, o) for o in others), i) for i, r in enumerate(distinct)),
            reverse=True,
        )
        if ranked[0][0] - ranked[1][0] >= MARGIN:
            kept.append(distinct[ranked[0][1]])
    return kept


def keys_of(record, kind, project_words):
    """Keys under which a function may meet its ports, most particular first."""
    name = words(simple(record["name"]))
    if not name:
        return []
    bare = strip_prefix(name, project_words)
    holder = words(owner(record)) or words(stem(record["path"]))
    file = words(stem(record["path"]))
    particular = [
        ("owner", joined(holder), joined(bare)),
        ("file", joined(file), joined(bare)),
    ]
    if kind == "exercises":
        exercise = record["path"].split("/")[2]
        return [("exercise", exercise, joined(bare))]
    generic = all(word in GENERIC for word in bare) or len(joined(bare)) < 4
    if kind == "algorithms":
        # `bubble_sort.py: bubble_sort` stands alone; helpers need the file's name as well.
        alone = [("name", "", joined(bare))] if len(bare) >= 2 and not generic else []
        return [particular[1], *alone]
    return particular if generic else [*particular, ("name", "", joined(bare))]


def floor_of(kind, level):
    """Least TF-IDF cosine (own names left out) between a member and its nearest fellow."""
    return {
        "port": {"owner": 0.10, "file": 0.10, "name": 0.15},
        "kin": {"owner": 0.22, "file": 0.22, "name": 0.25},
        "algorithms": {"file": 0.18, "name": 0.25},
        "exercises": {"exercise": 0.10},
    }[kind][level]


# The test set is to hold no pair that is none: a higher floor, and no one-liners.
TEST_FLOOR = 0.06
TEST_TOKENS = 16


def groups_of(family, kind, records, rarity, strict):
    project_words = set(words(family)) | {"self"}
    for repo in {r["repo"] for r in records}:
        project_words |= set(words(repo.split("/")[1])[:1])
    buckets = collections.defaultdict(list)
    for record in records:
        for key in keys_of(record, kind, project_words):
            buckets[key].append(record)
    taken = set()
    groups = []
    order = {"owner": 0, "exercise": 0, "file": 1, "name": 2}
    for key in sorted(buckets, key=lambda k: (order[k[0]], k)):
        members = [r for r in representative(buckets[key], rarity) if id(r) not in taken]
        members = close_members(members, rarity, floor_of(kind, key[0]) + (TEST_FLOOR if strict else 0))
        if len({m["lang"] for m in members}) < 2:
            continue
        taken.update(id(m) for m in members)
        groups.append(["/".join(filter(None, (family, key[1], key[2]))), members])
    return groups


def close_members(members, rarity, floor):
    if len(members) < 2:
        return []
    middle = statistics.median(size(m) for m in members)
    half = math.sqrt(MAX_RATIO)
    members = [m for m in members if middle / half <= size(m) <= middle * half]
    kept = []
    for m in members:
        near = [rarity.cosine(m, o) for o in members if o is not m and o["lang"] != m["lang"]]
        if near and max(near) >= floor:
            kept.append(m)
    return kept


def program_groups(family, records, rarity):
    """Whole files: an exercise, or an algorithm's file of the same name."""
    buckets = collections.defaultdict(list)
    for record in records:
        if record["kind"] != "program" or not 20 <= size(record) <= 3000:
            continue
        if len(record["code"]) > MAX_CODE or record["path"].endswith((".h", ".hpp")):
            continue
        if family == "exercism":
            key = record["path"].split("/")[2]
        else:
            key = joined(words(stem(record["path"])))
            if len(key) < 5:
                continue
        buckets[key].append(record)
    groups = []
    for key, members in sorted(buckets.items()):
        if family == "exercism":
            # The main file of a solution is its longest.
            longest = {}
            for m in members:
                if m["lang"] not in longest or size(m) > size(longest[m["lang"]]):
                    longest[m["lang"]] = m
            members = list(longest.values())
        members = close_members(representative(members, rarity), rarity, 0.12 if family == "exercism" else 0.22)
        if len({m["lang"] for m in members}) >= 2:
            groups.append([f"{family}/{key}#program", members])
    return groups


def read_raw(folder, family):
    for file in sorted(folder.glob(f"{family}=*.jsonl")):
        with file.open() as lines:
            stamp = json.loads(next(lines))["stamp"]
            for line in lines:
                yield {**json.loads(line), "canonicalVersion": stamp["canonical"]}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--raw", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--projects", type=pathlib.Path, default=HERE / "projects.json")
    parser.add_argument("--node", default="node")
    parser.add_argument("--dist", type=pathlib.Path, default=HERE.parent.parent / "dist")
    parser.add_argument("--loose", action="store_true", help="the test set by the rules of the others")
    parser.add_argument("--split", choices=("train", "calibration", "test"), help="write this one only")
    options = parser.parse_args()

    families = json.loads(options.projects.read_text())["families"]
    out = {"train": [], "calibration": [], "test": []}
    report = []
    raw = {family: list(read_raw(options.raw, family)) for family in families}
    rarity = Rarity([r for records in raw.values() for r in records if r["kind"] != "program"])
    for family, spec in families.items():
        everything = raw[family]
        big = spec["kind"] in ("exercises", "algorithms")
        wanted = options.split in (None, spec["split"]) or (big and options.split != "test")
        if not everything or not wanted:
            continue
        functions = [r for r in everything if r["kind"] != "program" and usable(r)]
        strict = spec["split"] == "test" and not options.loose
        if strict:
            functions = [r for r in functions if size(r) >= TEST_TOKENS]
        groups = groups_of(family, spec["kind"], functions, rarity, strict)
        if big:
            groups += program_groups(family, everything, rarity)
        if not big and len(groups) > MAX_GROUPS:
            # Many languages first; then by hash, so that a rerun keeps the same ones.
            groups.sort(
                key=lambda g: (
                    -len({m["lang"] for m in g[1]}),
                    hashlib.sha256(g[0].encode()).hexdigest(),
                )
            )
            groups = groups[:MAX_GROUPS]
        count = 0
        seen = set()
        for group, members in groups:
            split = spec["split"]
            if big:
                # These two are too large for one side: a tenth, by exercise or file, calibrates.
                unit = group.split("#")[0].split("/")[1]
                digest = hashlib.sha256(f"{unit}".encode()).digest()[0]
                split = "calibration" if digest < 26 else "train"
            for m in members:
                if (m["lang"], m["canonical"]) in seen:
                    continue
                seen.add((m["lang"], m["canonical"]))
                count += 1
                out[split].append(
                    {
                        "group": group,
                        "lang": m["lang"],
                        "name": m["name"] or stem(m["path"]),
                        "code": m["code"],
                        "canonical": m["canonical"],
                        "repo": m["repo"],
                        "project": family,
                        "path": m["path"],
                        "license": m["license"],
                        "kind": m["kind"],
                        "canonicalVersion": m["canonicalVersion"],
                    }
                )
        report.append((family, spec["split"], len(functions), len(groups), count))
    options.out.mkdir(parents=True, exist_ok=True)
    for split, records in out.items():
        if options.split not in (None, split):
            continue
        alive = collections.defaultdict(set)
        for r in records:
            alive[r["group"]].add(r["lang"])
        records = [r for r in records if len(alive[r["group"]]) >= 2]
        blind_all(records, options.node, options.dist, vary=split == "train")
        target = options.out / f"{split}.jsonl"
        part = target.with_suffix(".jsonl.part")
        with part.open("w") as file:
            for r in records:
                file.write(json.dumps(r, ensure_ascii=False) + "\n")
        part.rename(target)
        print(f"{split}: {len(records)} functions, {len({r['group'] for r in records})} groups,",
              f"{len({r['project'] for r in records})} projects", file=sys.stderr)
    for row in report:
        print("{:20} {:12} {:6} functions {:5} groups {:6} kept".format(*row), file=sys.stderr)


if __name__ == "__main__":
    main()
