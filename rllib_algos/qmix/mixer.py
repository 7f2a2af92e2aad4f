"""The mixing network of QMIX (Rashid et al. 2018, section 4)."""

import torch
from torch import Tensor, nn


class MonotonicMixer(nn.Module):
    """Puts the agents' values together with weights that depend on the state and are not negative.

    Q_tot = elu(q |W1(s)| + b1(s)) |W2(s)| + b2(s), so that Q_tot rises with every agent's value and
    each agent's own best action is part of the best joint action.

    Args:
        num_agents: N.
        state_size: length of the joint observation, S.
        width: of the mixing network's hidden layer, E.
        hyper_width: of the hidden layer of the networks that put out weights.
    """

    def __init__(self, num_agents: int, state_size: int, width: int, hyper_width: int) -> None:
        super().__init__()
        self.width = width

        def hyper(size: int) -> nn.Module:
            first = nn.Linear(state_size, hyper_width)
            return nn.Sequential(first, nn.ReLU(), nn.Linear(hyper_width, size))

        self.first_weight = hyper(num_agents * width)
        self.first_bias = nn.Linear(state_size, width)
        self.second_weight = hyper(width)
        self.second_bias = hyper(1)

    def forward(self, values: Tensor, state: Tensor) -> Tensor:
        """Returns (B, 1) for values (B, N) and states (B, S)."""
        weight = self.first_weight(state).abs().unflatten(-1, (-1, self.width))
        hidden = torch.einsum("bn,bne->be", values, weight) + self.first_bias(state)
        mixed = nn.functional.elu(hidden) * self.second_weight(state).abs()
        return mixed.sum(-1, keepdim=True) + self.second_bias(state)
