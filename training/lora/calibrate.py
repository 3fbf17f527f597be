"""Scores of validation pairs to probabilities and thresholds."""

from __future__ import annotations

import math

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

#: A scan stays silent unless this share of its alarms was right on validation.
_SCAN_PRECISION = 0.95
#: Where validation shows no such threshold, a scan asks for this probability.
_SCAN_FALLBACK = 0.95


def calibrated(scores: np.ndarray, labels: np.ndarray) -> dict:
    """``threshold`` and ``calibration`` of a manifest's head, and figures on the same pairs.

    Raises ValueError when a class is missing.
    """
    if len(set(labels.tolist())) < 2:
        raise ValueError("calibration needs clones and other pairs in the validation split")
    spread = float(scores.std()) or 1.0
    fit = LogisticRegression(C=10.0).fit((scores / spread)[:, None], labels)
    scale, bias = float(fit.coef_[0, 0]) / spread, float(fit.intercept_[0])
    if scale <= 0:
        # Calibration never turns a head's order around: such a head knows nothing yet.
        scale, bias = 1e-6, float(np.log(labels.mean() / (1 - labels.mean())))
    probabilities = 1 / (1 + np.exp(-(scale * scores + bias)))
    line = {"kind": "logistic", "scale": round(scale, 6), "bias": round(bias, 6), "searched": 1}
    return {
        "threshold": {"classify": 0.5, "scan": _scan_threshold(probabilities, labels)},
        "calibration": {"classify": line, "scan": line},
        "validation": {
            "pairs": len(labels),
            "accuracy": round(float(((probabilities >= 0.5) == labels).mean()), 4),
            "auc": round(float(roc_auc_score(labels, scores)), 4),
        },
    }


def _scan_threshold(probabilities: np.ndarray, labels: np.ndarray) -> float:
    order = np.argsort(-probabilities)
    hits = np.cumsum(labels[order])
    precision = hits / np.arange(1, len(order) + 1)
    # Fewer than 20 alarms say nothing about a precision of 95%.
    good = [i for i in range(19, len(order)) if precision[i] >= _SCAN_PRECISION]
    if not good:
        return _SCAN_FALLBACK
    return max(0.5, math.floor(float(probabilities[order[good[-1]]]) * 1e4) / 1e4)
