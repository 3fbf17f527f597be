import numpy as np
import pytest
import torch

from calibrate import calibrated
from heads import Layers, infonce, margin_loss


def test_a_layer_file_computes_what_the_module_computes():
    torch.manual_seed(1)
    layers = Layers([6, 4, 1])
    torch.nn.init.normal_(layers.layers[1].weight)
    layers.standardise_by(torch.randn(20, 6) * 3 + 1)
    states = torch.randn(5, 6)
    file = layers.to_json()
    values = (states.numpy() - np.array(file["mean"])) / np.array(file["scale"])
    for layer in file["layers"]:
        values = values @ np.array(layer["weights"]).T + np.array(layer["bias"])
        if layer["activation"] == "tanh":
            values = np.tanh(values)
    assert values[:, 0] == pytest.approx(layers(states)[:, 0].detach().numpy(), abs=1e-4)


def test_infonce_is_small_when_partners_are_nearest():
    eye = torch.eye(4)
    same = torch.tensor([True, True, False, True])
    assert infonce(eye, eye, same, 0.07) < 1e-4
    assert infonce(eye, eye.roll(1, 0), same, 0.07) > 5


def test_infonce_without_clones_costs_nothing():
    assert infonce(torch.eye(2), torch.eye(2), torch.tensor([False, False]), 0.07) == 0


def test_the_margin_spares_pairs_that_are_far_enough_apart():
    a = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    b = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    assert margin_loss(a, b, torch.tensor([True, False]), 0.3) == 0
    assert margin_loss(a, b, torch.tensor([False, True]), 0.3) == pytest.approx((0.7 + 1.0) / 2)


def test_calibration_never_turns_the_order_around():
    labels = np.array([True, False] * 20)
    backwards = np.where(labels, -1.0, 1.0)
    assert calibrated(backwards, labels)["calibration"]["classify"]["scale"] > 0


def test_a_scan_asks_for_more_than_a_classification():
    generator = np.random.default_rng(0)
    labels = np.array([True] * 200 + [False] * 200)
    scores = np.where(labels, 1.0, -1.0) + generator.normal(size=400)
    threshold = calibrated(scores, labels)["threshold"]
    assert threshold["scan"] > threshold["classify"] == 0.5


def test_calibration_needs_both_classes():
    with pytest.raises(ValueError, match="clones and other pairs"):
        calibrated(np.array([0.1, 0.2]), np.array([True, True]))
