import json

import torch

from support import run, settings_file


def test_training_lowers_the_loss_and_leaves_a_finished_run(tiny, tmp_path):
    config = settings_file(tiny, "learns", training={"epochs": 4, "patience": 99})
    done = run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run")
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    checks = [line["loss"] for line in lines if "validation at" in line]
    assert min(checks) < checks[0] - 0.1
    result = json.loads(done.stdout.splitlines()[-1])
    assert result == json.loads((tmp_path / "run" / "result.json").read_text())


def test_a_resumed_run_ends_where_an_uncut_one_ends(tiny, tmp_path):
    whole = settings_file(tiny, "whole", training={"epochs": 2, "patience": 99})
    run("train.py", "--config", whole, "--data", tiny / "data", "--output", tmp_path / "whole")
    _cut_after_step_8(whole, tiny, tmp_path / "cut")
    done = run("train.py", "--config", whole, "--data", tiny / "data", "--output", tmp_path / "cut", "--resume")
    assert "resumed at step 8" in done.stderr
    for name in ("whole", "cut"):
        assert (tmp_path / name / "result.json").exists()
    a, b = (torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "cut"))
    assert a["progress"]["step"] == b["progress"]["step"] == 16
    for part in ("adapters", "heads"):
        assert a[part].keys() == b[part].keys()
        for key in a[part]:
            assert torch.equal(a[part][key], b[part][key]), key


def _cut_after_step_8(config, tiny, output):
    """Runs in process and stops as a killed run does: after the checkpoint of step 8."""
    import train as module
    from run_folder import RunFolder
    from settings import read_settings

    class Cut(Exception):
        pass

    class CutRun(RunFolder):
        def log(self, line):
            super().log(line)
            if line.get("step") == 9:
                raise Cut

    trainer = module.Trainer(read_settings(config), str(tiny / "data"), CutRun(str(output)), None)
    try:
        trainer.fit(resume=False, init=False)
    except Cut:
        return
    raise AssertionError("the run was not cut")


def test_early_stopping_ends_a_run_that_gets_no_better(tiny, tmp_path):
    training = {"epochs": 50, "patience": 2, "learning_rate": 0.0, "head_learning_rate": 0.0}
    config = settings_file(tiny, "stale", training=training)
    done = run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run")
    assert json.loads(done.stdout.splitlines()[-1])["steps"] == 8


def test_heads_alone_leave_the_model_as_it_is(tiny, tmp_path):
    config = settings_file(tiny, "frozen", lora=None, training={"epochs": 3})
    run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run")
    assert not (tmp_path / "run" / "best" / "adapter").exists()
    assert (tmp_path / "run" / "best" / "heads.pt").exists()


def test_gradient_checkpointing_and_mixed_precision_run(tiny, tmp_path):
    training = {"gradient_checkpointing": True, "precision": "bf16", "pairs": 8}
    config = settings_file(tiny, "mixed", training=training)
    run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run")


def test_a_second_run_in_the_same_folder_is_refused(tiny, tmp_path):
    config = settings_file(tiny, "twice", training={"pairs": 8})
    run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run")
    done = run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run", expect=2)
    assert "--resume" in done.stderr


def test_prompts_of_another_length_are_refused(tiny, tmp_path):
    config = settings_file(tiny, "length", contrastive={"dimensions": 16, "max_tokens": 64})
    done = run("train.py", "--config", config, "--data", tiny / "data", "--output", tmp_path / "run", expect=2)
    assert "contrastive.max_tokens is 64" in done.stderr
