"""Global attention with decomposed relative positions, fused and exact.

The bias between query i and key j is `rel_h[i, row j] + rel_w[i, column j]`. Appended to the scaled query, those
two vectors meet one-hot codes of row and column appended to the key, so that the plain dot product already holds
the bias and fused attention applies, without a matrix of biases beside it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import torch
import torch.nn.functional as F
from torch import Tensor, nn

# Up to so many tokens processors multiply out the matrix of all pairs: tiles of 256 pixels have 1024, cpdino's 2309.
PLAIN_TOKENS = 1500
# The choice among kernels is one for the whole process; two trainings must not undo each other's.
_CHOICE = threading.Lock()


class Attention(nn.Module):
    """Multi-head attention over a grid of tokens (b, rows, columns, width).

    The tables of relative positions are kept in the size in which the checkpoint stores them (27 or 127 rows in
    the published ones) so that files go both ways, and are stretched to the grid once, not in every pass.
    """

    def __init__(self, width: int, heads: int, grid: int, relative_positions: bool) -> None:
        super().__init__()
        self.heads, self.grid = heads, grid
        self.scale = float((width // heads) ** -0.5)
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)
        self.relative_positions = relative_positions
        if relative_positions:
            rows = 2 * grid - 1
            self.rel_pos_h = nn.Parameter(torch.zeros(rows, width // heads))
            self.rel_pos_w = nn.Parameter(torch.zeros(rows, width // heads))
        self._stretched: tuple[tuple[object, ...], Tensor, Tensor] | None = None

    def forward(self, tokens: Tensor) -> Tensor:
        """Return tokens of the same shape."""
        batch, rows, columns, width = tokens.shape
        qkv = self.qkv(tokens).reshape(batch, rows * columns, 3, self.heads, width // self.heads)
        query, key, value = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        if self.relative_positions:
            mixed = self._with_positions(query, key, value, rows, columns)
        else:
            mixed = attend(query, key, value, self.scale)
        result: Tensor = self.proj(mixed.transpose(1, 2).reshape(batch, rows, columns, width))
        return result

    def _with_positions(self, query: Tensor, key: Tensor, value: Tensor, rows: int, columns: int) -> Tensor:
        batch, heads, count, size = query.shape
        by_row, by_column = self._tables(rows, columns, query.dtype)
        grid = query.reshape(batch, heads, rows, columns, size)
        bias_row = torch.einsum("bhrcd,rkd->bhrck", grid, by_row).reshape(batch, heads, count, rows)
        bias_column = torch.einsum("bhrcd,ckd->bhrck", grid, by_column).reshape(batch, heads, count, columns)
        codes = _codes(rows, columns, query).expand(batch, heads, -1, -1)
        extended_query = torch.cat((query * self.scale, bias_row, bias_column), dim=-1)
        extended_key = torch.cat((key, codes), dim=-1)
        if query.device.type == "cpu":
            return attend(extended_query, extended_key, value, 1.0)
        # Fused kernels want one width for query, key and value; the padding is cut off again.
        padded = F.pad(value, (0, rows + columns))
        return attend(extended_query, extended_key, padded, 1.0)[..., :size]

    def _tables(self, rows: int, columns: int, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
        """Return (rows, rows, head) and (columns, columns, head): what each query row adds for each key row."""
        stored = (self.rel_pos_h, self.rel_pos_w)
        if torch.is_grad_enabled() and self.rel_pos_h.requires_grad:
            # Fused optimisers change weights without raising their version.
            self._stretched = None
            by_row, by_column = (
                _table(t, self.grid, n) for t, n in zip(stored, (rows, columns), strict=True)
            )
            return by_row.to(dtype), by_column.to(dtype)
        # In-place changes raise the version, replaced memory changes the address. Tensors made in inference mode
        # are of no use to training, so the mode is part of the state, too.
        kept = [(0 if t.is_inference() else t._version, t.data_ptr(), len(t)) for t in stored]
        state = (*kept, rows, columns, dtype, self.rel_pos_h.device, torch.is_inference_mode_enabled())
        if self._stretched is None or self._stretched[0] != state:
            with torch.no_grad():
                by_row, by_column = (
                    _table(t.float(), self.grid, n).to(dtype)
                    for t, n in zip(stored, (rows, columns), strict=True)
                )
            self._stretched = (state, by_row, by_column)
        return self._stretched[1:]


def attend(query: Tensor, key: Tensor, value: Tensor, scale: float) -> Tensor:
    """Return softmax(query key^T scale) value, all (batch, heads, tokens, size).

    Accelerators take the fused kernel, and so do processors where the matrix of all pairs of tokens is large (measured
    at 2309 tokens, one thread: a third of the time of plain products, and less than a half with gradients). For a few
    tokens processors take plain products; without gradients one item at a time, so that the matrix stays small.
    """
    large = query.shape[-2] > PLAIN_TOKENS and query.shape[-1] == value.shape[-1]
    if large or query.device.type != "cpu":
        if not (torch.is_grad_enabled() and any(t.requires_grad for t in (query, key, value))):
            return F.scaled_dot_product_attention(query, key, value, scale=scale)
        with _without_cudnn():
            return F.scaled_dot_product_attention(query, key, value, scale=scale)
    query, key, value = (query * scale).contiguous(), key.contiguous(), value.contiguous()
    if torch.is_grad_enabled() and query.requires_grad:
        return (query @ key.transpose(-1, -2)).softmax(-1) @ value
    result = torch.empty_like(value)
    for one, q, k, v in zip(result, query, key, value, strict=True):
        torch.matmul((q @ k.transpose(-1, -2)).softmax(-1), v, out=one)
    return result


@contextmanager
def _without_cudnn() -> Iterator[None]:
    """Keep attention from cuDNN's kernel, whose forward pass is right and whose backward pass is not always.

    For some numbers of tokens its gradients are no numbers, above all for those that leave 64 when divided by 128, as
    the 576 of a crop of 192 pixels (pytorch issue 196678, with a mask; without one NVIDIA/cudnn-frontend issue 160 and
    kyutai-labs/pocket-tts pull request 264). The kernel that went forward also goes back, so it is chosen here; the
    other fused kernels stay.
    """
    with _CHOICE:
        before: bool = torch.backends.cuda.cudnn_sdp_enabled()  # type: ignore[no-untyped-call]
        torch.backends.cuda.enable_cudnn_sdp(False)
        try:
            yield
        finally:
            torch.backends.cuda.enable_cudnn_sdp(before)


def _table(stored: Tensor, grid: int, length: int) -> Tensor:
    """Stretch a stored table linearly to the network's grid and lay it out by (query, key).

    A smaller tile (`length` below `grid`) uses the middle of the table: distances keep their meaning.
    """
    rows = 2 * grid - 1
    if len(stored) != rows:
        stretched = F.interpolate(stored.float().T[None], size=rows, mode="linear")
        stored = stretched[0].T.to(stored.dtype)
    place = torch.arange(length, device=stored.device)
    return stored[place[:, None] - place[None, :] + grid - 1]


def _codes(rows: int, columns: int, like: Tensor) -> Tensor:
    """Return (rows * columns, rows + columns): one-hot row and column of each token."""
    row = torch.eye(rows, dtype=like.dtype, device=like.device).repeat_interleave(columns, dim=0)
    column = torch.eye(columns, dtype=like.dtype, device=like.device).repeat(rows, 1)
    return torch.cat((row, column), dim=1)
