"""Actions for the environment: greedy, or perturbed to explore.

The result is what replay stores: choices (..., M) for sampled actions, probabilities (..., M, H)
for the softmax relaxation, numbers in [-1, 1] (..., D) for continuous actions.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rllib_algos.joint.policies import LOG_STD_RANGE, gumbel, one_hot


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """How actions are perturbed while experience is collected.

    Attributes:
        epsilon: probability with which a categorical row is replaced by a uniform choice.
        gumbel_noise: scale of the Gumbel noise on the logits of categorical actions; 1 executes a
            sample of the policy, 0 executes its argmax.
        gaussian_noise: standard deviation added to deterministic continuous actions, in units of
            half the action's range.
        schedule: ((step, epsilon), ...), linear in between and constant outside; empty if epsilon
            stays as it is.
    """

    epsilon: float = 0.0
    gumbel_noise: float = 1.0
    gaussian_noise: float = 0.1
    schedule: tuple[tuple[float, float], ...] = ()

    @classmethod
    def of(cls, epsilon: Any, **noise: Any) -> "Exploration":
        """Returns an exploration whose epsilon is a number or a schedule [[step, epsilon], ...]."""
        if isinstance(epsilon, float | int):
            return cls(epsilon=epsilon, **noise)
        schedule = tuple((float(step), float(probability)) for step, probability in epsilon)
        return cls(epsilon=schedule[-1][1], schedule=schedule, **noise)

    def at(self, step: float) -> "Exploration":
        """Returns what holds after `step` environment steps."""
        if not self.schedule:
            return self
        steps, probabilities = zip(*self.schedule, strict=True)
        epsilon = float(np.interp(step, steps, probabilities))
        return replace(self, epsilon=epsilon, schedule=())


def explore_choices(logits: Tensor, noise: Exploration, generator: torch.Generator) -> Tensor:
    """Returns (..., M) choices."""
    if noise.gumbel_noise > 0:
        logits = logits + noise.gumbel_noise * gumbel(logits, generator)
    choices = logits.argmax(-1)
    if noise.epsilon > 0:
        random, replaced = _uniform_choices(logits, noise.epsilon, generator)
        choices = torch.where(replaced, random, choices)
    return choices


def explore_probabilities(logits: Tensor, noise: Exploration, generator: torch.Generator) -> Tensor:
    """Returns (..., M, H) probabilities of perturbed logits; their argmax is executed."""
    if noise.gumbel_noise > 0:
        logits = logits + noise.gumbel_noise * gumbel(logits, generator)
    probs = torch.softmax(logits, -1)
    if noise.epsilon > 0:
        random, replaced = _uniform_choices(logits, noise.epsilon, generator)
        probs = torch.where(replaced[..., None], one_hot(random, logits.shape[-1]), probs)
    return probs


def explore_deterministic(
    outputs: Tensor, noise: Exploration, generator: torch.Generator
) -> Tensor:
    """Returns (..., D) actions tanh(outputs) plus Gaussian noise, kept inside [-1, 1]."""
    perturbation = torch.randn(outputs.shape, generator=generator, device=outputs.device)
    return (torch.tanh(outputs) + noise.gaussian_noise * perturbation).clamp(-1, 1)


def explore_gaussian(outputs: Tensor, generator: torch.Generator) -> Tensor:
    """Returns (..., D) samples of the tanh-Gaussian policy."""
    mean, log_std = outputs.chunk(2, -1)
    noise = torch.randn(mean.shape, generator=generator, device=mean.device)
    return torch.tanh(mean + log_std.clamp(*LOG_STD_RANGE).exp() * noise)


def _uniform_choices(
    logits: Tensor, epsilon: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    # Choices that do not exist carry a very negative logit and must not be drawn.
    possible = torch.where(logits > -1e8, 0.0, -1e9)
    random = (possible + gumbel(logits, generator)).argmax(-1)
    coins = torch.rand(random.shape, generator=generator, device=logits.device)
    return random, coins < epsilon
