"""How large the cells are, told by a small network beside its maps."""

from __future__ import annotations

from typing import cast

import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = 64


class SizeHead(nn.Module):
    """Features of the neck to the size of the cells around each token: the logarithm (base 2) of diameter over 30 px.

    One number for an image would have to find out by itself where the cells are; a map is told so by the cell
    probability, and costs two small products a token.
    """

    def __init__(self, neck: int) -> None:
        super().__init__()
        self.hidden = nn.Conv2d(neck, HIDDEN, 1)
        self.last = nn.Conv2d(HIDDEN, 1, 1)
        nn.init.zeros_(self.last.weight)
        nn.init.zeros_(cast(Tensor, self.last.bias))

    def forward(self, features: Tensor) -> Tensor:
        """Return (b, grid, grid)."""
        result: Tensor = self.last(F.relu(self.hidden(features)))[:, 0]
        return result
