"""Step 7: fits the heads on the features of head_data.py and writes them with their thresholds.

Two layers over the pair are fitted: ``classify`` on balanced pairs of all kinds, ``scan`` on the
nearest functions of a corpus. Each is chosen between a logistic regression and boosted trees by
cross-validation over problems, groups and repositories; calibration and thresholds come from the
held-out predictions of that cross-validation.
"""

from __future__ import annotations

import argparse
import json
import os
from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

FALSE_ALARM_SHARE = 0.01
FOLDS = 5
# A standard error of the share of ports kept (about 400 queries): less is no gain.
TREES_GAIN = 0.02
# More of these never makes a pair less of a clone.
RISING = {
    "cosine", "cosine_gap", "tfidf_cosine", "idf_jaccard", "idf_containment", "rare_shared",
    "rare_jaccard", "rarest_shared", "rarest3_shared", "number_jaccard", "string_jaccard",
    "identifier_jaccard", "pair_jaccard", "pair_containment", "shape_jaccard",
    "shape_containment", "size_ratio", "skeleton_alignment",
}  # fmt: skip
# What weighs a pair of each kind in the fit of ``classify``.
CLASSIFY_WEIGHTS = {"hard": 0.5, "seen": 0.4, "blind": 0.6, "codejam": 0.5}


@dataclass
class Data:
    features: np.ndarray
    names: list[str]
    labels: np.ndarray
    kinds: np.ndarray
    queries: np.ndarray
    folds: np.ndarray
    candidates: np.ndarray

    def part(self, mask: np.ndarray) -> Data:
        return Data(self.features[mask], self.names, self.labels[mask], self.kinds[mask],
                    self.queries[mask], self.folds[mask], self.candidates[mask])


def load(folder: str) -> Data:
    with open(os.path.join(folder, "features.json"), encoding="utf-8") as file:
        names = json.load(file)
    features = np.fromfile(os.path.join(folder, "features.f32"), dtype=np.float32)
    with open(os.path.join(folder, "pairs.jsonl"), encoding="utf-8") as file:
        notes = [json.loads(line) for line in file]
    return Data(
        features.reshape(-1, len(names)),
        names,
        np.array([n["label"] for n in notes]),
        np.array([n["kind"] for n in notes]),
        np.array([n["query"] for n in notes]),
        np.array([n["fold"] for n in notes]),
        np.fromfile(os.path.join(folder, "pairs.i32"), dtype=np.int32).reshape(-1, 2)[:, 1],
    )


class Logistic:
    """Logistic regression on standardised features."""

    def __init__(self, strength: float = 0.05) -> None:
        self.strength = strength

    def fit(self, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Logistic:
        self.mean, self.scale = x.mean(0), x.std(0) + 1e-6
        self.model = LogisticRegression(C=self.strength, max_iter=2000)
        self.model.fit((x - self.mean) / self.scale, y, sample_weight=weight)
        return self

    def logit(self, x: np.ndarray) -> np.ndarray:
        return self.model.decision_function((x - self.mean) / self.scale)

    def to_json(self, names: list[str]) -> dict:
        return {
            "kind": "logistic",
            "features": names,
            "mean": self.mean.astype(float).tolist(),
            "scale": self.scale.astype(float).tolist(),
            "weights": self.model.coef_[0].tolist(),
            "bias": float(self.model.intercept_[0]),
        }


class Trees:
    """Boosted trees, monotone where sense demands it."""

    def __init__(self, names: list[str], rounds: int = 150, leaves: int = 12) -> None:
        self.names, self.rounds, self.leaves = names, rounds, leaves

    def fit(self, x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> Trees:
        self.model = HistGradientBoostingClassifier(
            max_iter=self.rounds,
            learning_rate=0.08,
            max_leaf_nodes=self.leaves,
            min_samples_leaf=40,
            l2_regularization=2.0,
            max_features=0.5,
            monotonic_cst=[int(n in RISING) for n in self.names],
            random_state=0,
        )
        self.model.fit(x, y, sample_weight=weight)
        return self

    def logit(self, x: np.ndarray) -> np.ndarray:
        return self.model.decision_function(x)

    def to_json(self, names: list[str]) -> dict:
        trees = []
        for (predictor,) in self.model._predictors:
            nodes = predictor.nodes
            leaf = nodes["is_leaf"].astype(bool)
            trees.append(
                {
                    "feature": np.where(leaf, -1, nodes["feature_idx"]).astype(int).tolist(),
                    "threshold": [0.0 if f else float(t) for f, t in zip(leaf, nodes["num_threshold"])],
                    "left": np.where(leaf, 0, nodes["left"]).astype(int).tolist(),
                    "right": np.where(leaf, 0, nodes["right"]).astype(int).tolist(),
                    "value": [round(float(v), 6) for v in nodes["value"]],
                }
            )
        bias = float(np.ravel(self.model._baseline_prediction)[0])
        return {"kind": "trees", "features": names, "bias": bias, "trees": trees}


def held_out(make, data: Data, weight: np.ndarray) -> np.ndarray:
    """Logits of every pair by a model that has not seen its fold."""
    logits = np.zeros(len(data.labels))
    for fold in range(FOLDS):
        test = data.folds == fold
        if test.any():
            model = make().fit(data.features[~test], data.labels[~test], weight[~test])
            logits[test] = model.logit(data.features[test])
    return logits


def platt(scores: np.ndarray, labels: np.ndarray, weight: np.ndarray) -> dict:
    """Logistic calibration of a raw score."""
    model = LogisticRegression(C=1e4, max_iter=1000)
    model.fit(scores[:, None], labels, sample_weight=weight)
    return {
        "kind": "logistic",
        "scale": round(float(model.coef_[0, 0]), 5),
        "bias": round(float(model.intercept_[0]), 5),
        "searched": 1,
    }


def probability(calibration: dict, scores: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(calibration["scale"] * scores + calibration["bias"])))


def best_f1(chance: np.ndarray, labels: np.ndarray, weight: np.ndarray) -> tuple[float, float]:
    """(threshold, F1) that is best for weighted pairs."""
    order = np.argsort(-chance)
    hit = np.cumsum(weight[order] * labels[order])
    flagged = np.cumsum(weight[order])
    f1 = 2 * hit / (flagged + (weight * labels).sum())
    at = int(np.argmax(f1))
    after = chance[order[min(at + 1, len(order) - 1)]]
    return float((chance[order[at]] + after) / 2), float(f1[at])


def f1_at(chance: np.ndarray, labels: np.ndarray, threshold: float) -> float:
    flagged = chance >= threshold
    hit = (flagged & (labels == 1)).sum()
    return float(2 * hit / max(1, flagged.sum() + labels.sum()))


def balanced_weight(kinds: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Every kind of pair weighs the same, by label; hard and seen ones less."""
    weight = np.zeros(len(labels))
    for kind in np.unique(kinds):
        mask = kinds == kind
        share = np.prod([w for word, w in CLASSIFY_WEIGHTS.items() if word in kind.split()])
        weight[mask] = share / mask.sum()
    for label in (0, 1):
        weight[labels == label] *= len(labels) / 2 / weight[labels == label].sum()
    return weight


def classify_report(chance: np.ndarray, data: Data, threshold: float) -> dict:
    """F1 and AUC of balanced random pairs and the share of hard ones called clones, per kind."""
    report = {}
    for kind in np.unique(data.kinds):
        if kind.endswith((" random", " hard")) or f"{kind} random" not in data.kinds:
            continue
        clones, strangers = data.kinds == kind, data.kinds == f"{kind} random"
        both = clones | strangers
        hard = chance[data.kinds == f"{kind} hard"]
        cut = np.quantile(chance[clones], 0.15)
        report[kind] = {
            "f1": round(f1_at(chance[both], data.labels[both], threshold), 4),
            "auc": round(float(roc_auc_score(data.labels[both], chance[both])), 4),
            **({"hard called clones at recall 0.85": round(float((hard >= cut).mean()), 4),
                "hard called clones at the threshold": round(float((hard >= threshold).mean()), 4)}
               if len(hard) else {}),
        }
    return report


def query_best(scores: np.ndarray, data: Data, kind: str) -> np.ndarray:
    """Per query of ``kind``: the best score of a stranger's candidate, or of the port's own."""
    mask = data.kinds == f"scan {kind}"
    wanted = data.labels[mask] == (0 if kind == "stranger" else 1)
    names, inverse = np.unique(data.queries[mask], return_inverse=True)
    best = np.full(len(names), -1e9)
    np.maximum.at(best, inverse[wanted], scores[mask][wanted])
    return best


def scan_report(scores: np.ndarray, data: Data) -> tuple[float, dict]:
    """The score that 1% of strangers reach, and the share of ports kept there."""
    strangers = np.sort(query_best(scores, data, "stranger"))[::-1]
    cut = float(strangers[int(FALSE_ALARM_SHARE * len(strangers))])
    report: dict = {"strangers": len(strangers)}
    for kind in ("port", "port seen"):
        best = query_best(scores, data, kind)
        report[kind] = {
            "queries": len(best),
            "among the first 20": round(float((best > -1e8).mean()), 4),
            **{f"kept at {share:.1%}": round(float((best > strangers[int(share * len(strangers))]).mean()), 4)
               for share in (0.005, 0.01, 0.05)},
        }
    return cut, report


def searched_coefficient(logits: np.ndarray, data: Data) -> float:
    """How far a stranger's best logit rises per unit of ln(functions searched)."""
    strangers = data.kinds == "scan stranger"
    shares, heights = (4, 2, 1), []
    for share in shares:
        part = strangers & (data.candidates * 7919 % 104729 % share == 0)
        _, inverse = np.unique(data.queries[part], return_inverse=True)
        best = np.full(inverse.max() + 1, -1e9)
        np.maximum.at(best, inverse, logits[part])
        heights.append(np.quantile(best, (0.9, 0.95, 0.98)).mean())
    slope = np.polyfit(-np.log(shares), heights, 1)[0]
    return round(float(np.clip(slope, 0, 1.5)), 3)


def scan_weight(data: Data) -> np.ndarray:
    """Pairs of seen ports weigh less; strangers' candidates weigh by how near they came."""
    weight = np.ones(len(data.labels))
    weight[data.kinds == "scan port seen"] = 0.5
    weight[(data.labels == 1)] *= (data.labels == 0).sum() / max(1, (data.labels == 1).sum()) / 8
    return weight


def default_heads(report: dict) -> dict[str, str]:
    """The better head of each use: mean F1 over the kinds of pairs; ports kept at 1%."""

    def mean_f1(head: str) -> float:
        return float(np.mean([row["f1"] for row in report[f"{head} classify"].values()]))

    def kept(head: str) -> float:
        return report[f"{head} scan"]["port"]["kept at 1.0%"]

    heads = ("contrastive", "binary")
    return {"classify": max(heads, key=mean_f1), "scan": max(heads, key=kept)}


def choose(name: str, data: Data, weight: np.ndarray, figure) -> tuple[object, np.ndarray, dict]:
    """The layer that is better by ``figure`` of its held-out logits, fitted on all pairs.

    Trees must gain ``TREES_GAIN`` over the logistic regression, which carries over better.
    """
    makers = {
        "logistic": lambda: Logistic(),
        "trees": lambda: Trees(data.names),
    }
    tried, best = {}, None
    for kind, make in makers.items():
        logits = held_out(make, data, weight)
        tried[kind] = round(figure(logits), 4)
        if best is None or tried[kind] > tried[best[0]] + TREES_GAIN:
            best = (kind, make, logits)
    print(f"{name}: {tried}")
    kind, make, logits = best
    return make().fit(data.features, data.labels, weight), logits, {"tried": tried, "kind": kind}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder of head_data.py with features")
    parser.add_argument("--corpus", type=int, default=15000, help="functions searched for `scan` pairs")
    parser.add_argument("--output", required=True, help="folder for heads.json and the layers")
    args = parser.parse_args()
    os.makedirs(args.output, exist_ok=True)
    data = load(args.data)
    is_scan = np.char.startswith(data.kinds.astype(str), "scan ")
    pairs, scans = data.part(~is_scan), data.part(is_scan)
    weight, scan_w = balanced_weight(pairs.kinds, pairs.labels), scan_weight(scans)
    random_only = ~np.char.endswith(pairs.kinds.astype(str), " hard")
    report: dict = {}

    classify, logits, report["classify layer"] = choose(
        "classify", pairs, weight,
        lambda s: best_f1(s[random_only], pairs.labels[random_only], weight[random_only])[1],
    )
    scan, scan_logits, report["scan layer"] = choose(
        "scan", scans, scan_w, lambda s: scan_report(s, scans)[1]["port"]["kept at 1.0%"]
    )
    heads: dict = {}
    cosine = pairs.names.index("cosine")
    for head, for_pairs, for_scan in (
        ("contrastive", pairs.features[:, cosine], scans.features[:, cosine]),
        ("binary", logits, scan_logits),
    ):
        calibration = platt(for_pairs, pairs.labels, weight)
        chance = probability(calibration, for_pairs)
        threshold, _ = best_f1(chance[random_only], pairs.labels[random_only], weight[random_only])
        report[f"{head} classify"] = classify_report(chance, pairs, threshold)
        cut, report[f"{head} scan"] = scan_report(for_scan, scans)
        scan_calibration = platt(for_scan, scans.labels, np.ones(len(scans.labels)))
        scan_calibration["searched"] = args.corpus
        at_cut = float(probability(scan_calibration, np.array([cut]))[0])
        heads[head] = {
            "threshold": {"classify": round(threshold, 4), "scan": round(min(0.999, at_cut), 4)},
            "calibration": {"classify": calibration, "scan": scan_calibration},
            "searchedCoefficient": searched_coefficient(
                scan_calibration["scale"] * for_scan + scan_calibration["bias"], scans
            ),
        }
    heads = {"default": default_heads(report), **heads}
    for use, layer in (("classify", classify), ("scan", scan)):
        with open(os.path.join(args.output, f"binary-{use}.json"), "w", encoding="utf-8") as file:
            json.dump(layer.to_json(pairs.names), file, separators=(",", ":"))
    heads["binary"]["model"] = {"classify": "binary-classify.json", "scan": "binary-scan.json"}
    with open(os.path.join(args.output, "heads.json"), "w", encoding="utf-8") as file:
        json.dump({"heads": heads, "report": report}, file, indent=2)
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
