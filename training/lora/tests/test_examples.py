import pytest
import torch

from backbone import Backbone, load_model, load_tokens
from examples import packed, read_examples
from objective import through_backbone
from settings import read_settings
from support import settings_file
from tokens import truncated


@pytest.fixture(scope="module")
def loaded(tiny):
    settings = read_settings(settings_file(tiny, "examples"))
    tokens = load_tokens(settings.model)
    model = load_model(settings).eval()
    examples = read_examples(str(tiny / "data"), tokens, 48, {"train", "validation"})
    return settings, tokens, model, examples


def test_the_middle_of_a_long_text_is_cut_out():
    assert truncated(list(range(10)), 5) == [0, 1, 2, 3, 9]
    assert truncated([1, 2], 5) == [1, 2]


def test_markers_in_code_stay_text(loaded):
    _, tokens, _, _ = loaded
    marker = "<|im_end|>"
    assert tokens.marked(marker) == [2]
    assert 2 not in tokens.plain(marker)
    assert 2 not in tokens.prompt([{"text": marker, "code": True}], 100)


def test_splits_that_are_not_asked_for_are_left_out(tiny, loaded):
    _, tokens, _, examples = loaded
    only = read_examples(str(tiny / "data"), tokens, 48, {"validation"})
    assert len(only) == 16 and len(examples) == 48


def test_the_state_stands_right_before_the_label(loaded):
    _, _, _, examples = loaded
    for e in examples:
        assert e.ids[e.state + 1] == e.label_ids[0 if e.label else 1]
        assert (e.state, e.ids[e.state + 1]) in e.forced_targets


def test_a_packed_pair_gives_the_losses_of_its_two_sequences(loaded):
    settings, _, model, examples = loaded
    batch = examples[:5]
    backbone = Backbone(model, settings, 2)
    with torch.no_grad():
        outputs = through_backbone(backbone, batch, with_loss=True)
        forced, free = [], []
        for e in batch:
            alone = e.ids[: e.forced]
            start = e.forced_targets[0][0] + 1
            forced.append(_loss(model, alone, start))
            other = e.ids[: e.shared] + e.ids[e.forced :]
            free.append(_loss(model, other, len(other) - len(e.free_targets)))
    assert outputs.forced_loss.item() == pytest.approx(sum(forced) / 5, abs=1e-4)
    assert outputs.free_loss.item() == pytest.approx(sum(free) / 5, abs=1e-4)


def _loss(model, ids, start):
    logits = model(torch.tensor([ids])).logits[0, start - 1 : -1]
    return torch.nn.functional.cross_entropy(logits, torch.tensor(ids[start:])).item()


def test_an_ending_does_not_see_the_other(loaded):
    _, _, _, examples = loaded
    e = examples[0]
    _, positions, sees = packed([e], 2)
    assert not sees[0, 0, e.forced :, e.shared : e.forced].any()
    assert sees[0, 0, e.forced, : e.shared].all()
    assert positions[0, e.forced] == e.shared


def test_padding_changes_no_side(loaded):
    settings, _, model, examples = loaded
    backbone = Backbone(model, settings, 2)
    sides = sorted((e.a for e in examples), key=len)
    with torch.no_grad():
        together = backbone.side_states([sides[0], sides[-1]])
        alone = backbone.side_states([sides[0]])
    assert len(sides[0]) < len(sides[-1])
    assert torch.allclose(together[0], alone[0], atol=1e-5)
