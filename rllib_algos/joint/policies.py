"""From network outputs to actions: categorical rows and bounded real vectors.

All functions work on the last dimensions and leave the leading ones alone. Categorical logits are
(..., M, H); continuous outputs are (..., D) or, for a Gaussian policy, (..., 2 D).
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from rllib_algos.joint.spaces import Action, CategoricalAction, ContinuousAction

IMPOSSIBLE = -1e9  # logit of a choice that does not exist; finite, so that gradients stay finite
LOG_STD_RANGE = (-5.0, 2.0)
SHORT = 16  # choices; processors work on as many numbers at a time, if they lie side by side
LARGEST = 1 - 1e-6  # of the actions whose place under tanh is told


class Decision(NamedTuple):
    """A differentiable action and how undecided the policy was."""

    vector: Tensor  # (..., M * H) or (..., D), what critics see
    entropy: Tensor  # (..., M) exact, per row; or (..., 1) estimated from the sampled action [nat]


def output_size(action: Action, gaussian: bool) -> int:
    """Returns how many numbers a policy network puts out for one action."""
    if isinstance(action, ContinuousAction) and gaussian:
        return 2 * action.vector_size
    return action.vector_size


def as_logits(action: CategoricalAction, outputs: Tensor) -> Tensor:
    """Returns (..., M, H) logits, with choices that do not exist made impossible."""
    logits = outputs.unflatten(-1, (action.rows, action.width))
    if action.ragged:
        mask = torch.from_numpy(action.mask()).to(logits.device)
        logits = logits.masked_fill(~mask, IMPOSSIBLE)
    return logits


def row_entropy(logits: Tensor) -> Tensor:
    """Returns the entropy of every row [nat]: -sum_h p_h log p_h, Eq. (32)."""
    return _with_entropy(logits)[1]


def gumbel(logits: Tensor, generator: torch.Generator | None) -> Tensor:
    """Returns standard Gumbel noise; `argmax(logits + noise)` is a sample of softmax(logits)."""
    uniform = torch.rand(logits.shape, generator=generator, device=logits.device)
    return -torch.log(-torch.log(uniform.clamp(1e-10, 1 - 1e-7)))


def one_hot(choices: Tensor, width: int) -> Tensor:
    """Returns (..., H) float one-hot rows for integer choices (...)."""
    return functional.one_hot(choices.long(), width).float()


def softmax_decision(logits: Tensor) -> Decision:
    """Returns the probabilities themselves as the action, as the paper does (section V-C)."""
    probs, entropy = _with_entropy(logits)
    return Decision(probs.flatten(-2), entropy)


def sampled_decision(logits: Tensor, generator: torch.Generator | None) -> Decision:
    """Returns a sampled one-hot action whose gradient is that of the probabilities.

    The straight-through estimator: forwards the sample, backwards softmax(logits).
    """
    probs, entropy = _with_entropy(logits)
    sample = one_hot((logits.detach() + gumbel(logits, generator)).argmax(-1), logits.shape[-1])
    return Decision((sample + probs - probs.detach()).flatten(-2), entropy)


def _with_entropy(logits: Tensor) -> tuple[Tensor, Tensor]:
    if logits.shape[-1] >= SHORT:
        return _entropy_along(logits, -1)
    # all rows' first choices side by side, then all second ones, and so on
    probs, entropy = _entropy_along(logits.movedim(-1, 0).contiguous(), 0)
    return probs.movedim(0, -1), entropy


def _entropy_along(logits: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    log_probs = torch.log_softmax(logits, dim)  # once, as nothing else takes as long
    probs = log_probs.exp()
    return probs, -(probs * log_probs).sum(dim)


def gaussian_decision(outputs: Tensor, generator: torch.Generator | None) -> Decision:
    """Returns a reparametrised tanh-Gaussian action and the estimate -log pi(a) of its entropy."""
    mean, log_std = outputs.chunk(2, -1)
    log_std = log_std.clamp(*LOG_STD_RANGE)
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    x = mean + log_std.exp() * noise
    return Decision(torch.tanh(x), -_tanh_gaussian(noise, log_std, x))


def choice_log_prob(logits: Tensor, choices: Tensor) -> Tensor:
    """Returns log pi of the choices of all rows, (..., M) [nat]."""
    return torch.log_softmax(logits, -1).gather(-1, choices.long()[..., None])[..., 0]


def gaussian_log_prob(outputs: Tensor, vector: Tensor) -> Tensor:
    """Returns log pi of an action (..., D) under the tanh-Gaussian policy, (..., 1) [nat].

    Actions at the very ends of [-1, 1], where tanh has no inverse, count as just inside.
    """
    mean, log_std = outputs.chunk(2, -1)
    log_std = log_std.clamp(*LOG_STD_RANGE)
    x = torch.atanh(vector.clamp(-LARGEST, LARGEST))
    return _tanh_gaussian((x - mean) / log_std.exp(), log_std, x)


def _tanh_gaussian(noise: Tensor, log_std: Tensor, x: Tensor) -> Tensor:
    """Returns the log-density of tanh(x), x = mean + std * noise, summed over D: (..., 1)."""
    log_prob = -0.5 * noise.square() - log_std - 0.5 * math.log(2 * math.pi)
    # log(1 - tanh(x)^2), written so that it does not overflow
    log_prob = log_prob - 2 * (math.log(2) - x - functional.softplus(-2 * x))
    return log_prob.sum(-1, keepdim=True)


def deterministic_decision(outputs: Tensor) -> Decision:
    """Returns tanh(outputs); a deterministic policy has no entropy, reported as 0."""
    return Decision(torch.tanh(outputs), outputs.new_zeros(*outputs.shape[:-1], 1))
