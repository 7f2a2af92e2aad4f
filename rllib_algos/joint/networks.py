"""Many equally shaped networks evaluated as one."""

import itertools
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rllib_algos.joint.stacks import stacked_values


class StackedMLP(nn.Module):
    """`num` independent ReLU networks; one batched matrix product per layer serves them all.

    Network i is `x[i] @ weights[0][i] + biases[0][i]`, ReLU, and so on; nothing is shared. Weights
    start as those of `torch.nn.Linear`.

    Args:
        num: number of networks, K.
        in_size: length of an input.
        hiddens: widths of the hidden layers.
        out_size: length of an output.
    """

    def __init__(self, num: int, in_size: int, hiddens: Sequence[int], out_size: int) -> None:
        super().__init__()
        self.num = num
        sizes = [in_size, *hiddens, out_size]
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for n_in, n_out in itertools.pairwise(sizes):
            bound = 1 / math.sqrt(n_in)
            self.weights.append(nn.Parameter(torch.empty(num, n_in, n_out).uniform_(-bound, bound)))
            self.biases.append(nn.Parameter(torch.empty(num, 1, n_out).uniform_(-bound, bound)))

    def forward(self, *inputs: Tensor) -> Tensor:
        """Returns (K, B, out) for inputs (K, B, in), or (B, in) that all networks share.

        Several inputs are seen side by side.
        """
        seen = [x.expand(self.num, *x.shape) if x.dim() == 2 else x for x in inputs]
        return stacked_values(seen, tuple(self.weights), tuple(self.biases))


class SharedMLP(nn.Module):
    """One network for all agents, which a one-hot index in the input tells apart.

    Args:
        num: number of agents, K.
        in_size: length of an input without the index.
        hiddens: widths of the hidden layers.
        out_size: length of an output.
    """

    def __init__(self, num: int, in_size: int, hiddens: Sequence[int], out_size: int) -> None:
        super().__init__()
        self.num = num
        self.net = StackedMLP(1, in_size + num, hiddens, out_size)

    def forward(self, x: Tensor) -> Tensor:
        """Returns (K, B, out) for inputs (K, B, in)."""
        index = torch.eye(self.num, device=x.device)[:, None].expand(-1, x.shape[1], -1)
        flat = torch.cat([x, index], -1).flatten(0, 1)
        return self.net(flat[None])[0].unflatten(0, (self.num, -1))


class Dueling(nn.Module):
    """Values of rows and advantages of their choices, put together as V + A - mean A.

    Wang et al. 2016, Eq. (9).

    Args:
        net: puts out `rows * (width + 1)` numbers.
        rows: number of rows of choices, M.
        width: number of choices of a row, H.
    """

    def __init__(self, net: nn.Module, rows: int, width: int) -> None:
        super().__init__()
        self.net = net
        self.rows, self.width = rows, width

    def forward(self, x: Tensor) -> Tensor:
        """Returns (K, B, M * H) for inputs (K, B, in)."""
        outputs = self.net(x).unflatten(-1, (self.rows, self.width + 1))
        value, advantage = outputs[..., :1], outputs[..., 1:]
        return (value + advantage - advantage.mean(-1, keepdim=True)).flatten(-2)
