"""The model card of a student, from its manifest and the trials of its training."""

from __future__ import annotations


def _table(header: list[str], rows: list[list[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def _classify_table(report: dict) -> str:
    rows = []
    for head in ("contrastive", "binary"):
        for kind, figures in report[f"{head} classify"].items():
            hard = figures.get("hard called clones at recall 0.85", "–")
            rows.append([kind, head, figures["f1"], figures["auc"], hard])
    return _table(["pairs", "head", "F1", "AUC", "hard negatives called clones at recall 0.85"], rows)


def _scan_table(report: dict) -> str:
    rows = []
    for head in ("contrastive", "binary"):
        figures = report[f"{head} scan"]
        for kind, text in (("port", "projects not trained on"), ("port seen", "projects trained on")):
            of = figures[kind]
            rows.append([text, head, of["queries"], of["among the first 20"],
                         of["kept at 0.5%"], of["kept at 1.0%"], of["kept at 5.0%"]])
    return _table(
        ["ported functions", "head", "queries", "among the first 20", "kept at 0.5% false alarms",
         "kept at 1%", "kept at 5%"], rows)


def model_card(manifest: dict, trials: list[dict]) -> str:
    """Markdown. All figures are on calibration data; bench/ measures on the test part."""
    report = manifest["evaluatedOn"]["calibration"]
    parity = manifest["evaluatedOn"]["parity"]
    trained = manifest["trainedOn"]
    sources = _table(["data", "texts", "use"], [[s["name"], s["texts"], s["use"]] for s in trained["sources"]])
    stages = _table(["stage", "programs seen", "what"],
                    [[s["name"], s["seen"], s["what"]] for s in trained["stages"]])
    tried = _table(["tried", "setting", "gave"], [[t["tried"], t["setting"], t["gave"]] for t in trials])
    scan = report["binary scan"]
    return f"""# {manifest["id"]} {manifest["version"]}

Written by `training/make_manifest.py`; see `training/README.md` for the steps.

An encoder of 22 million parameters that turns the canonical form of a function
(version {manifest["canonical"]}) into a vector of {manifest["dimensions"]} numbers, and two heads that
judge a pair. It runs on a CPU through llama.cpp. Licence {manifest["license"]}, as its base
{manifest["base"]}.

- Weights: 6 layers, Q8_0, mean pooling, inputs up to {manifest["maxTokens"]} tokens (longer ones lose
  their middle).
- Parity with PyTorch on {parity["texts"]} texts: lowest cosine {parity["cosine min"]}, mean
  {parity["cosine mean"]}; token ids equal in {parity["same tokens"]}.
- Meant for finding functions that exist elsewhere, in 14 languages. Not meant to prove that two
  functions do the same, or to judge authorship.

## Trained on

{sources}

{stages}

Split by problem and by project: nothing below was measured on a problem or a group of ported
functions that the encoder was trained on, unless the table says so.

## Figures

On problems, projects and repositories that neither training nor thresholds have seen; 95% intervals
in brackets.

<!-- figures: npm run figures -->
<!-- end of figures -->

## Calibration figures

These figures come from the calibration data on which heads and thresholds were chosen
(cross-validated); `npm run bench:accuracy` measures on data on which nothing was chosen.

Balanced pairs in different languages, one threshold for all kinds. "Blind" has every identifier
renamed.

{_classify_table(report)}

Real ported functions, own names hidden, searched among {manifest["heads"]["binary"]["calibration"]["scan"]["searched"]:,}
real functions; false alarms are unrelated real functions ({scan["strangers"]} queries) with any
candidate above the threshold.

{_scan_table(report)}

## What was tried

{tried}

## Limits

- Short functions that everyone writes look alike whoever wrote them; a verdict on fewer than 20
  tokens means little.
- Code that differs in algorithm but not in purpose is a clone in the training data. Two sorting
  functions may be called clones.
- Contest programs outweigh application code in training; frameworks and SQL are rare in it.
"""
