"""Labelled pairs of real functions for fitting the binary head.

    python training/ports/head_pairs.py --ports DIR --out FILE.jsonl [--queries 2500]

Reads train.jsonl and calibration.jsonl of pair.py. For each query: a port in another language
(label 1), the nearest function of another group of its own project and the nearest one of another
project (label 0), by TF-IDF over the canonical tokens. In every second query, own names are
blinded in all of its pairs. One line per pair: {id, label, kind, split, project, a, b} with a and b
{language, code, canonical}. Chosen by hash; needs nothing but the standard library.
"""

import argparse
import collections
import hashlib
import json
import math
import pathlib

MAX_DF = 0.04  # tokens in more functions than this say too little to search by
SEARCH_TOKENS = 24


def digest(*parts):
    return hashlib.sha256("\n".join(map(str, parts)).encode()).digest()


class Index:
    """TF-IDF over the canonical tokens, searched through the rarest tokens of a query."""

    def __init__(self, texts):
        counts = [collections.Counter(text.split()) for text in texts]
        df = collections.Counter(token for count in counts for token in count)
        self.idf = {token: math.log((1 + len(texts)) / (1 + n)) for token, n in df.items()}
        self.postings = collections.defaultdict(list)
        self.vectors = []
        limit = MAX_DF * len(texts)
        for i, count in enumerate(counts):
            weights = {t: (1 + math.log(c)) * self.idf[t] for t, c in count.items()}
            norm = math.sqrt(sum(w * w for w in weights.values())) or 1.0
            vector = {t: w / norm for t, w in weights.items()}
            self.vectors.append(vector)
            for token, weight in vector.items():
                if df[token] <= limit:
                    self.postings[token].append((i, weight))

    def nearest(self, query):
        """Functions that share rare tokens with function `query`, nearest first."""
        vector = self.vectors[query]
        rare = sorted((t for t in vector if t in self.postings), key=lambda t: -vector[t])
        rough = collections.Counter()
        for token in rare[:SEARCH_TOKENS]:
            for i, weight in self.postings[token]:
                rough[i] += weight * vector[token]
        scored = []
        for i, _ in rough.most_common(400):
            other = self.vectors[i]
            scored.append((sum(w * other.get(t, 0.0) for t, w in vector.items()), i))
        return [i for _, i in sorted(scored, key=lambda pair: (-pair[0], pair[1]))]


def side(record, blind):
    return {
        "language": record["lang"],
        "code": record["codeBlind" if blind else "code"],
        "canonical": record["canonicalBlind" if blind else "canonical"],
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ports", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("--queries", type=int, default=2500, help="of each of the two parts")
    options = parser.parse_args()
    written = collections.Counter()
    part = options.out.with_suffix(".jsonl.part")
    with part.open("w") as file:
        for split in ("calibration", "train"):
            records = [json.loads(line) for line in (options.ports / f"{split}.jsonl").open()]
            groups = collections.defaultdict(list)
            for i, record in enumerate(records):
                groups[record["group"]].append(i)
            indexes = [Index([r[field] for r in records]) for field in ("canonical", "canonicalBlind")]

            def key(i, records=records):
                return digest(records[i]["repo"], records[i]["path"], records[i]["name"])

            for i in sorted(range(len(records)), key=key)[: options.queries]:
                query = records[i]
                blind = key(i)[0] % 2 == 1
                ports = [j for j in groups[query["group"]] if records[j]["lang"] != query["lang"]]
                others = [j for j in indexes[blind].nearest(i) if not alike(query, records[j])]
                within = next((j for j in others if records[j]["project"] == query["project"]), None)
                across = next((j for j in others if records[j]["project"] != query["project"]), None)
                chosen = [("port", 1, min(ports, key=key) if ports else None)]
                chosen += [("hard within", 0, within), ("hard across", 0, across)]
                for kind, label, j in chosen:
                    if j is None:
                        continue
                    kind = f"{kind}, name blinded" if blind else kind
                    line = {
                        "id": digest(split, *key(i), *key(j)).hex()[:16],
                        "label": label,
                        "kind": kind,
                        "split": split,
                        "project": query["project"],
                        "a": side(query, blind),
                        "b": side(records[j], blind),
                    }
                    file.write(json.dumps(line, ensure_ascii=False) + "\n")
                    written[split, kind] += 1
    part.rename(options.out)
    for name, count in sorted(written.items()):
        print(*name, count)


def unit_of(record):
    """The exercise or the algorithm's file: its functions are parts of clones of each other."""
    if record["project"] == "exercism":
        return record["path"].split("/")[2]
    if record["project"] == "the-algorithms":
        return pathlib.PurePosixPath(record["path"]).stem.replace("_", "").replace("-", "").lower()
    return None


def alike(a, b):
    """Whether two functions may well be clones although no group holds both."""
    if a["group"] == b["group"] or a["canonicalBlind"] == b["canonicalBlind"]:
        return True
    units = [unit_of(r) for r in (a, b)]
    if a["project"] == b["project"] and units[0] is not None and units[0] == units[1]:
        return True
    own = [r["name"].rsplit(".", 1)[-1].replace("_", "").lower() for r in (a, b)]
    return own[0] == own[1]


if __name__ == "__main__":
    main()
