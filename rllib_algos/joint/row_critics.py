"""Centralised critics that see a table row by row: values that do not depend on the rows' order."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from rllib_algos.joint.layout import GroupLayout, TableShape, Tensors
from rllib_algos.joint.networks import StackedMLP
from rllib_algos.joint.row_networks import in_parts, with_owner

ENCODED = 32  # width of what is added up over rows


class RowCritics(nn.Module):
    """`copies` critics for each of `num` heads, the means of what rows are worth in their company.

    With a[r, h] the probability (or the one-hot) of choice h in row r, x_r the row with a one-hot
    of its owner, and e[r, h] a learned embedding,

        z[r, h] = relu(g(x_r) + d_h + E e[r, h])
        m_h = H / R sum_r a[r, h] z[r, h],    m = mean_h m_h
        c_h = v([m_h, one-hot of h, m])
        Q = 1 / R sum_r sum_h a[r, h] w relu(A z[r, h] + c_h) + b,

    so that a row's part depends on itself and on all that made the same choice. Q is differentiable
    in a, and its derivative tells every row what each of its choices is worth. Rows of nobody have
    no actions and so no part in Q.

    Args:
        num: number of critics, C: one per agent, or 1 if agents share it.
        copies: 2 for twin critics, whose minimum counts; 1 otherwise.
        table: the table and its choices.
        hiddens: widths of v's hidden layers.
        embedding: learned numbers per row and choice; 0 for none.
    """

    def __init__(
        self, num: int, copies: int, table: TableShape, hiddens: Sequence[int], embedding: int
    ) -> None:
        super().__init__()
        self.num, self.copies, self.table = num, copies, table
        stack, (rows, width) = num * copies, (table.rows, table.width)
        self.encode = StackedMLP(stack, table.features + table.owners, (2 * ENCODED,), ENCODED)
        self.choices = nn.Parameter(0.3 * torch.randn(stack, width, ENCODED))
        self.company = StackedMLP(stack, 2 * ENCODED + width, hiddens, ENCODED)
        self.mix = nn.Parameter(torch.randn(stack, 1, ENCODED, ENCODED) * (2 / ENCODED) ** 0.5)
        self.worth = StackedMLP(stack, ENCODED, (), 1)
        if embedding:
            self.embeddings = nn.Parameter(0.1 * torch.randn(stack, rows, width, embedding))
            self.learned = nn.Parameter(torch.randn(stack, 1, embedding, ENCODED) / embedding**0.5)

    @torch.no_grad()
    def shift(self, value: Tensor) -> None:
        """Adds a constant (C,) to every critic's values, in all copies."""
        self.worth.biases[-1] += value.repeat(self.copies)[:, None, None]

    def seen(self, layout: GroupLayout, fields: Tensors) -> Tensor:
        """Returns the joint observation as these critics see it, (B, R, F + N)."""
        return with_owner(*layout.table(fields), self.table.owners)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        """Returns values of every copy, (copies, C, B).

        Args:
            state: (B, R, F + N).
            action: (B, R * H) seen by every critic, or (C, B, R * H), one joint action per critic.
        """
        parts = in_parts(self._values, state.shape[1], (state, 0), (action, action.dim() - 2))
        return torch.cat(parts, -1)

    def _values(self, state: Tensor, action: Tensor) -> Tensor:
        batch, (rows, width) = len(state), (state.shape[1], self.table.width)
        encoded = self.encode(state.flatten(0, 1)).unflatten(1, (batch, -1))  # (K, B, R, E)
        paired = functional.relu(encoded[:, :, None] + self._of_choice()[:, None])
        if action.dim() == 3:
            action = action.repeat(self.copies, 1, 1)
        taken = action.unflatten(-1, (-1, width)).transpose(-1, -2)[..., None, :]  # (B, H, 1, R)
        sums = torch.matmul(taken, paired)[..., 0, :] * (width / rows)  # (K, B, H, E)
        which = torch.eye(width, device=state.device).expand(*sums.shape[:2], width, width)
        mean = sums.mean(2, keepdim=True).expand_as(sums)
        company = self.company(torch.cat([sums, which, mean], -1).flatten(1, 2))
        company = company.unflatten(1, (batch, width))[..., None, :]  # (K, B, H, 1, E)
        mixed = functional.relu(torch.matmul(paired, self.mix[:, None]) + company)
        parts = torch.matmul(taken, mixed)[..., 0, :].sum(2) / rows  # (K, B, E)
        return self.worth(parts)[..., 0].unflatten(0, (self.copies, self.num))

    def _of_choice(self) -> Tensor:
        """Returns what a choice adds to a row's code, (K, H, R or 1, E)."""
        of_choice = self.choices[:, :, None]
        if hasattr(self, "embeddings"):
            of_choice = of_choice + torch.matmul(self.embeddings, self.learned).transpose(1, 2)
        return of_choice
