"""Losses and targets of joint actor-critic learning: pure functions of tensors.

Shapes: `B` batch, `N` agents, `C` critics (N, or 1 if shared), `K` copies of each (2 for twins).
"""

import torch
from torch import Tensor


def td_target(reward: Tensor, terminated: Tensor, value_t: Tensor, gamma: float | Tensor) -> Tensor:
    """Returns Psi = R + gamma * value of the next state, Eqs. (30) and (31).

    Args:
        reward: (C, B).
        terminated: (B,) 1 where the episode ended for good; truncation bootstraps.
        value_t: (C, B) value of the next state, entropy included where the algorithm has it.
        gamma: discount factor, or (B,) what the value is worth in each transition.
    """
    return reward + gamma * (1 - terminated) * value_t


def reward_statistics(
    reward: Tensor, terminated: Tensor, gamma: float | Tensor
) -> tuple[Tensor, Tensor]:
    """Returns the rewards' standard deviation (), and the constant values that suit them (C,).

    Values that are the same everywhere fit the mean of the Bellman equation if they are mean R /
    (1 - mean of gamma (1 - terminated)). Rewards that are all alike have a deviation of 1.

    Args:
        reward: (C, B).
        terminated: (B,) 1 where the episode ended for good.
        gamma: discount factor, or (B,) as in `td_target`.
    """
    mean = reward.mean(-1)
    deviation = (reward - mean[:, None]).square().mean().sqrt()
    alike = deviation <= 1e-6 * mean.abs().max()
    carried = (gamma * (1 - terminated)).mean()
    return torch.where(alike, torch.ones_like(deviation), deviation), mean / (1 - carried)


def critic_loss(values: Tensor, target: Tensor) -> Tensor:
    """Returns the squared Bellman residual per critic, Eq. (29), copies summed: (C,).

    Args:
        values: (K, C, B) of the stored joint actions.
        target: (C, B).
    """
    return (values - target).square().mean(-1).sum(0)


def pessimistic(values: Tensor) -> Tensor:
    """Returns the minimum over copies, (K, C, B) to (C, B): Algorithm 1, lines 9 and 18."""
    return values.amin(0)


def critic_inputs(action: Tensor, own: Tensor, others: Tensor) -> Tensor:
    """Returns (N, B, A): per agent its own action, differentiable, beside the others' as given.

    Args:
        action: (B, A) joint action of the policies.
        own: (N, B or 1, A) 1 where the joint action is agent n's own.
        others: (B, A) joint action whose other parts are used, without gradient.
    """
    others = others.detach()
    return others + own * (action - others)


def scale_entropy(entropy: Tensor, omega: Tensor, num_critics: int) -> Tensor:
    """Returns omega * S as the critics count it: per agent (N, B), or summed over agents (1, B).

    Args:
        entropy: (B, N) [nat].
        omega: (N,) entropy coefficients.
        num_critics: N, or 1 if all agents share a critic.
    """
    weighted = (entropy * omega).transpose(0, 1)
    return weighted if num_critics == weighted.shape[0] else weighted.sum(0, keepdim=True)


def omega_loss(log_omega: Tensor, entropy: Tensor, target: Tensor) -> Tensor:
    """Returns the loss of the entropy coefficients, (N,): omega rises while entropy < target.

    Eq. (34) with the target entropy as a parameter; minimising it is a controller that holds the
    entropy at its target. With target -1 per row, minimising `omega * (S + rows)` is what line 25
    of Algorithm 1 does: the entropy of a discrete action is never below -1, so omega only falls.

    Args:
        log_omega: (N,).
        entropy: (B, N) [nat].
        target: (B, N) target entropy [nat].
    """
    return (log_omega.exp() * (entropy - target).detach()).mean(0)


def rewards_by_critic(reward: Tensor, num_critics: int) -> Tensor:
    """Returns rewards as the critics estimate them: per agent (N, B), or everybody's (1, B).

    Args:
        reward: (B, N).
        num_critics: N, or 1 if all agents share a critic.

    Raises:
        ValueError: agents share a critic and their rewards differ.
    """
    if num_critics == reward.shape[-1]:
        return reward.transpose(0, 1)
    if not torch.equal(reward, reward[:, :1].expand_as(reward)):
        different = int((reward != reward[:, :1]).any(-1).nonzero()[0])
        raise ValueError(
            "rewards must be the same for all agents under shared_critic=True, got "
            f"{reward[different].tolist()}; set shared_critic=False for a critic per agent"
        )
    return reward[None, :, 0]


def rewards_of(reward: Tensor, count: int) -> Tensor:
    """Returns rewards (C, B): each agent's own, or the team's, which is their mean.

    The mean is the common reward where all agents get the same.

    Args:
        reward: (B, N).
        count: N, or 1 for the team.
    """
    if count == reward.shape[1]:
        return reward.transpose(0, 1)
    return reward.mean(-1)[None]


def polyak(source: torch.nn.Module, target: torch.nn.Module, tau: float) -> None:
    """Moves every target parameter towards its source by the fraction tau, in place."""
    with torch.no_grad():
        for new, old in zip(source.parameters(), target.parameters(), strict=True):
            old.lerp_(new, tau)
