"""The losses of DIRS, Eqs. (14), (16) and (17), as pure functions."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def imitation_losses(outputs: Tensor, target: Tensor, agents: Sequence[int]) -> Tensor:
    """Returns the cross-entropy of agents' scores with an assignment, (B, n).

    -(a log pi + (1 - a) log(1 - pi)), averaged over devices, with a = 1 for the devices that the
    assignment gives to the agent. The score is pi = (1 + tanh z) / 2 = sigmoid(2 z).

    Args:
        outputs: (B, n, N) network outputs z of n agents.
        target: (B, N) assignments.
        agents: (n,) the servers that the agents are.
    """
    servers = torch.tensor(list(agents), device=target.device)
    wanted = (target[:, None] == servers[:, None]).to(outputs.dtype)
    losses = functional.binary_cross_entropy_with_logits(2 * outputs, wanted, reduction="none")
    return losses.mean(-1)


def ensemble_loss(
    losses: Tensor, demonstration: Tensor, norms: Tensor, l2_weight: float, agent_weight: float
) -> Tensor:
    """Returns L_2 = L_D + lambda_1 ||theta||^2 + lambda_2 L_A for every agent, (n,): Eq. (16).

    L_D and L_A are the means over the demonstrations and over the refined slots of the batch; where
    there are none of a kind, its loss is 0. With demonstrations alone it is L_1, Eq. (14).

    Args:
        losses: (B, n).
        demonstration: (B,) 1 for demonstrations, 0 for refined slots.
        norms: (n,) ||theta||^2.
        l2_weight: lambda_1.
        agent_weight: lambda_2.
    """
    refined = 1 - demonstration
    demonstrated = demonstration @ losses / demonstration.sum().clamp(min=1)
    generated = refined @ losses / refined.sum().clamp(min=1)
    return demonstrated + l2_weight * norms + agent_weight * generated


def squared_norms(parameters: Sequence[Tensor]) -> Tensor:
    """Returns the sum of the squares of every stacked network's parameters, (n,).

    Args:
        parameters: tensors (n, ...) of n networks.
    """
    return torch.stack([p.square().flatten(1).sum(1) for p in parameters]).sum(0)
