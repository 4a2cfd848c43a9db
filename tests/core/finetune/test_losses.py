"""The losses against sums written out by hand."""

from __future__ import annotations

import math

import pytest
import torch

from cpsam_core.data.example import UNKNOWN_CLASS
from cpsam_core.finetune.losses import class_loss, segmentation_loss


def made(maps: int = 3, seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    output = torch.randn(2, maps, 4, 5, generator=generator)
    target = torch.randn(2, 3, 4, 5, generator=generator)
    target[:, 0] = (target[:, 0] > 0).float()
    return output, target


def by_hand(output: torch.Tensor, target: torch.Tensor, weight: torch.Tensor | None = None) -> float:
    total, count = 0.0, 0.0
    for b in range(2):
        for y in range(4):
            for x in range(5):
                w = 1.0 if weight is None else float(weight[b, y, x])
                *_, flow_y, flow_x, logit = (float(v) for v in output[b, :, y, x])
                cell, true_y, true_x = (float(v) for v in target[b, :, y, x])
                error = ((flow_y - 5 * true_y) ** 2 + (flow_x - 5 * true_x) ** 2) / 4
                probability = 1 / (1 + math.exp(-logit))
                error -= cell * math.log(probability) + (1 - cell) * math.log(1 - probability)
                total, count = total + w * error, count + w
    return total / count


@pytest.mark.parametrize("maps", [3, 6])
def test_segmentation_loss(maps: int) -> None:
    output, target = made(maps)
    assert float(segmentation_loss(output, target)) == pytest.approx(by_hand(output, target), rel=1e-5)


def test_a_weight_of_one_changes_nothing_and_ignored_pixels_do_not_count() -> None:
    output, target = made()
    assert float(segmentation_loss(output, target, torch.ones(2, 4, 5))) == pytest.approx(
        by_hand(output, target), rel=1e-5
    )
    weight = torch.ones(2, 4, 5)
    weight[0, :2] = 0
    assert float(segmentation_loss(output, target, weight)) == pytest.approx(
        by_hand(output, target, weight), rel=1e-5
    )


def test_ignored_pixels_have_no_gradient() -> None:
    output, target = made(6)
    weight = torch.ones(2, 4, 5)
    weight[1, 1:3, 2:] = 0
    output.requires_grad_()
    loss = segmentation_loss(output, target, weight)
    loss = loss + class_loss(
        output, torch.ones(2, 4, 5, dtype=torch.int64), torch.tensor([1.0, 2, 3]), weight
    )
    loss.backward()  # type: ignore[no-untyped-call]
    assert output.grad is not None
    assert (output.grad[1, :, 1:3, 2:] == 0).all()
    assert (output.grad[0] != 0).any()


def test_nothing_annotated_is_no_loss() -> None:
    output, target = made(6)
    nothing = torch.zeros(2, 4, 5)
    assert float(segmentation_loss(output, target, nothing)) == 0
    assert float(class_loss(output, torch.zeros(2, 4, 5, dtype=torch.int64), None, nothing)) == 0


@pytest.mark.parametrize("weighted", [False, True])
def test_class_loss(weighted: bool) -> None:
    output, _ = made(6)
    classes = torch.randint(0, 3, (2, 4, 5), generator=torch.Generator().manual_seed(1))
    weights = torch.tensor([0.5, 1.0, 2.0]) if weighted else None
    logs = output[:, :3].log_softmax(1).gather(1, classes[:, None])[:, 0]
    each = weights[classes] if weights is not None else torch.ones(2, 4, 5)
    expected = float(-(logs * each).sum() / each.sum())
    assert float(class_loss(output, classes, weights)) == pytest.approx(expected, rel=1e-5)
    everything = torch.ones(2, 4, 5)
    assert float(class_loss(output, classes, weights, everything)) == pytest.approx(expected, rel=1e-5)


def test_reduced_precision_is_summed_in_full() -> None:
    output, target = made()
    loss = segmentation_loss(output.bfloat16(), target)
    assert loss.dtype == torch.float32
    assert float(loss) == pytest.approx(by_hand(output, target), rel=0.02)


def test_objects_of_unknown_class_do_not_count() -> None:
    output, _ = made(6)
    output.requires_grad_()
    classes = torch.randint(0, 3, (2, 4, 5), generator=torch.Generator().manual_seed(1))
    known = torch.ones(2, 4, 5)
    known[0, 1:] = 0
    hidden = torch.where(known > 0, classes, UNKNOWN_CLASS)
    longer = torch.zeros(256)
    longer[:3] = torch.tensor([0.5, 1.0, 2.0])
    for weights in (None, longer):
        loss = class_loss(output, hidden, weights)
        expected = class_loss(output, classes, None if weights is None else weights[:3], known)
        assert loss.item() == pytest.approx(expected.item(), rel=1e-6)
    loss.backward()  # type: ignore[no-untyped-call]
    assert output.grad is not None
    assert (output.grad[0, :, 1:] == 0).all()
    assert (output.grad[0, :3, 0] != 0).all()
    assert class_loss(output, torch.full_like(classes, UNKNOWN_CLASS), longer).item() == 0
