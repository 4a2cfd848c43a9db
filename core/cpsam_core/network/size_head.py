"""How large is the cell that a token shows? A read-out of its own beside flows and logit.

It is fitted to the features of a trained network (`finetune.size_head`), which stays as it is. A network that finds
cells of any size hides their size from single tokens: these know where the centre lies, not how far. So the read-out
looks at 15 x 15 of them.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

HIDDEN = 64
REACHES = (1, 2, 4)  # distances of the tokens that each layer looks at


class SizeHead(nn.Module):
    """Features of tokens to log2(diameter / 30 pixels) of the cell that each shows; means nothing beside cells."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        widths = (channels, *(HIDDEN for _ in REACHES))
        self.layers = nn.ModuleList(
            nn.Conv2d(before, after, 3, padding=reach, dilation=reach)
            for before, after, reach in zip(widths, widths[1:], REACHES, strict=False)
        )
        self.size = nn.Conv2d(HIDDEN, 1, 1)

    def forward(self, features: Tensor) -> Tensor:
        """Return (b, rows, columns) of features (b, channels, rows, columns)."""
        for layer in self.layers:
            features = F.relu(layer(features))
        result: Tensor = self.size(features)[:, 0]
        return result
