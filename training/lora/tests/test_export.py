import json
import shutil

import numpy as np
import pytest

from export_names import gguf_name, interleaved
from support import run, settings_file


@pytest.fixture(scope="module")
def finished(tiny):
    config = settings_file(tiny, "export", training={"epochs": 1})
    run("train.py", "--config", config, "--data", tiny / "data", "--output", tiny / "run")
    return tiny / "run"


def test_names_of_layers_and_of_the_rest():
    assert gguf_name("model.layers.3.self_attn.q_proj.weight") == "blk.3.attn_q.weight"
    assert gguf_name("model.layers.0.mlp.gate_up_proj.weight") == "blk.0.ffn_up.weight"
    assert gguf_name("model.norm.weight") == "output_norm.weight"


def test_the_halves_of_a_head_are_interleaved():
    assert interleaved(np.arange(8), 2).tolist() == [0, 2, 1, 3, 4, 6, 5, 7]


@pytest.mark.parametrize("kind", ["f16", "q8_0"])
def test_llama_cpp_reads_the_student_as_pytorch_does(finished, tmp_path, kind):
    pytest.importorskip("llama_cpp")
    done = run("export.py", "--run", finished, "--output", tmp_path, "--quantization", kind)
    figures = json.loads(done.stdout.splitlines()[-1])
    assert figures["differentTokens"] == 0
    assert min(figures["pairCosineMin"], figures["sideCosineMin"]) >= figures["tolerance"]["cosine"]
    manifest = json.loads((tmp_path / "student.json").read_text())
    assert {f["path"] for f in manifest["files"]} == {f"model-{kind}.gguf", "binary.json", "projection.json"}


def test_a_file_that_is_not_the_trained_model_is_refused(finished, tmp_path):
    other = tmp_path / "run"
    shutil.copytree(finished, other)
    lines = [json.loads(line) for line in (other / "parity.jsonl").read_text().splitlines()]
    for line in lines:
        line["texts"][0]["ids"][0] += 1
    (other / "parity.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    done = run("export.py", "--run", other, "--output", tmp_path / "out", "--quantization", "f16", expect=2)
    assert '"differentTokens": 16' in done.stderr
    assert not list((tmp_path / "out").iterdir())


def test_an_unfinished_run_is_refused(tmp_path):
    done = run("export.py", "--run", tmp_path / "none", "--output", tmp_path / "out", expect=2)
    assert "no finished run" in done.stderr
