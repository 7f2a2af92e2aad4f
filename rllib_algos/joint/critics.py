"""Centralised critics: values of joint actions in joint states."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rllib_algos.joint.layout import GroupLayout, Tensors
from rllib_algos.joint.networks import StackedMLP


class Critics(nn.Module):
    """`copies` critics for each of `num` heads, all evaluated together.

    Args:
        num: number of critics, C: one per agent, or 1 if agents share it.
        copies: 2 for twin critics, whose minimum counts; 1 otherwise.
        in_size: length of joint state and joint action together.
        hiddens: widths of the hidden layers.
    """

    def __init__(self, num: int, copies: int, in_size: int, hiddens: Sequence[int]) -> None:
        super().__init__()
        self.num = num
        self.copies = copies
        self.net = StackedMLP(copies * num, in_size, hiddens, 1)

    @torch.no_grad()
    def shift(self, value: Tensor) -> None:
        """Adds a constant (C,) to every critic's values, in all copies."""
        self.net.biases[-1] += value.repeat(self.copies)[:, None, None]

    def seen(self, layout: GroupLayout, fields: Tensors) -> Tensor:
        """Returns the joint observation as these critics see it, (B, S)."""
        return layout.state_vector(fields)

    def forward(self, state: Tensor, action: Tensor) -> Tensor:
        """Returns values of every copy, (copies, C, B).

        Args:
            state: (B, S).
            action: (B, A) seen by every critic, or (C, B, A) with one joint action per critic.
        """
        if action.dim() == 3:
            action = action.repeat(self.copies, 1, 1)
        return self.net(state, action)[..., 0].unflatten(0, (self.copies, self.num))
