"""How large is the cell that a token shows? A read-out of its own beside flows and logit.

It is fitted to the features of a trained network (`finetune.size_head`), which stays as it is.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = 64


class SizeHead(nn.Module):
    """Features of tokens to log2(diameter / 30 pixels) of the cell that each shows; means nothing beside cells."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.hidden = nn.Conv2d(channels, HIDDEN, 1)
        self.size = nn.Conv2d(HIDDEN, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return (b, rows, columns) of features (b, channels, rows, columns)."""
        result: Tensor = self.size(F.relu(self.hidden(features)))[:, 0]
        return result
