import json
import os

import pytest

from settings import SettingsError, read_settings
from support import LORA, run, settings_file


def test_an_unknown_key_is_named(tiny):
    with pytest.raises(SettingsError, match="training.epoch: unknown key"):
        read_settings(settings_file(tiny, "unknown", training={"epoch": 1}))


def test_a_wrong_type_is_named(tiny):
    with pytest.raises(SettingsError, match="training.epochs: expected int"):
        read_settings(settings_file(tiny, "type", training={"epochs": "two"}))


def test_half_precision_is_refused_on_a_cpu(tiny):
    with pytest.raises(SettingsError, match="fp16 needs a GPU"):
        read_settings(settings_file(tiny, "half", training={"precision": "fp16"}))


@pytest.mark.parametrize(
    ("name", "parameters", "hidden"), [("phi-3-mini", 3_821_079_552, 3072), ("qwen2.5-coder-3b", 3_085_938_688, 2048)]
)
def test_the_gpu_settings_pass_a_dry_run(name, parameters, hidden):
    done = run("train.py", "--config", os.path.join(LORA, "configs", name + ".yaml"), "--dry-run")
    report = json.loads(done.stdout)
    assert report["ok"] and report["memoryGB"]["total"] <= 24
    assert report["parameters"] == parameters
    assert report["shapes"]["states"] == [2, 64, hidden]


def test_a_dry_run_fails_beyond_the_memory(tiny):
    config = settings_file(tiny, "memory", training={"memory_gb": 0.001})
    report = json.loads(run("train.py", "--config", config, "--dry-run", expect=1).stdout)
    assert not report["ok"]


def test_a_dry_run_names_adapters_that_fit_no_layer(tiny):
    config = settings_file(tiny, "targets", lora={"targets": ["qkv_proj"]})
    assert "no module qkv_proj" in run("train.py", "--config", config, "--dry-run", expect=2).stderr
