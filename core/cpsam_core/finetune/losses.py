"""What training minimises."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor

from cpsam_core.data.example import UNKNOWN_CLASS

# The network's flows are five times the unit vectors.
FLOW_SCALE = 5.0


def segmentation_loss(output: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Return the Cellpose loss (paper, "Whole-dataset training"), a scalar.

    Parameters
    ----------
    output : (b, c, y, x)
        Network output; its last three maps are flow y, flow x and cell logit.
    target : (b, 3, y, x) float32
        Cell (0 or 1), flow y, flow x (unit vectors).
    weight : (b, y, x), optional
        1 where a pixel counts and 0 where the annotation is not complete.
    """
    flows, logit = output[:, -3:-1].float(), output[:, -1].float()
    flow_error = F.mse_loss(flows, FLOW_SCALE * target[:, 1:], reduction="none").mean(dim=1) / 2
    cell_error = F.binary_cross_entropy_with_logits(logit, (target[:, 0] > 0.5).float(), reduction="none")
    return _mean(flow_error + cell_error, weight)


def class_loss(
    output: Tensor, classes: Tensor, class_weights: Tensor | None = None, weight: Tensor | None = None
) -> Tensor:
    """Return the cross-entropy of the class maps (paper, "Semantic segmentation training"), a scalar.

    Parameters
    ----------
    output : (b, c, y, x)
        Network output; all but its last three maps are class logits, background first.
    classes : (b, y, x) int64
        True class of each pixel; `UNKNOWN_CLASS` does not count.
    class_weights : (n_classes or more,), optional
        Weight of each class, the inverse of its frequency; what is beyond the classes of the network is left out.
    weight : (b, y, x), optional
        1 where a pixel counts.
    """
    logits = output[:, :-3].float()
    known = classes != UNKNOWN_CLASS
    classes = classes * known
    if class_weights is not None:
        class_weights = class_weights[: logits.shape[1]]
    error = F.cross_entropy(logits, classes, weight=class_weights, reduction="none")
    counted = known.float() if weight is None else weight * known
    scale = counted if class_weights is None else counted * class_weights[classes]
    return (error * counted).sum() / scale.sum().clamp_min(1e-6)


def _mean(error: Tensor, weight: Tensor | None) -> Tensor:
    if weight is None:
        return error.mean()
    return (error * weight).sum() / weight.sum().clamp_min(1.0)
