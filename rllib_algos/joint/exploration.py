"""Actions for the environment: greedy, or perturbed to explore.

The result is what replay stores: choices (..., M) for sampled actions, probabilities (..., M, H)
for the softmax relaxation, numbers in [-1, 1] (..., D) for continuous actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rllib_algos.joint.policies import LOG_STD_RANGE, gumbel, one_hot

Schedule = tuple[tuple[float, float], ...]  # (step, value), linear in between, constant outside


@dataclass(frozen=True, kw_only=True)
class Exploration:
    """How actions are perturbed while experience is collected.

    Attributes:
        epsilon: probability with which a categorical row is replaced by a uniform choice.
        gumbel_noise: scale T of the Gumbel noise on the logits of categorical actions, which
            executes a sample of softmax(logits / T): 1 for a sample of the policy, 0 for its
            argmax.
        gaussian_noise: standard deviation added to deterministic continuous actions, in units of
            half the action's range.
        schedule: of epsilon; empty if it stays as it is.
        gumbel_schedule: of the Gumbel noise; empty if it stays as it is.
    """

    epsilon: float = 0.0
    gumbel_noise: float = 1.0
    gaussian_noise: float = 0.1
    schedule: Schedule = ()
    gumbel_schedule: Schedule = ()

    @classmethod
    def of(cls, epsilon: Any, gumbel_noise: Any = 1.0, **noise: Any) -> "Exploration":
        """Returns an exploration; the two may be numbers or schedules [[step, value], ...]."""
        epsilon, schedule = _number_and_schedule(epsilon)
        gumbel_noise, gumbel_schedule = _number_and_schedule(gumbel_noise)
        return cls(
            epsilon=epsilon,
            gumbel_noise=gumbel_noise,
            schedule=schedule,
            gumbel_schedule=gumbel_schedule,
            **noise,
        )

    def at(self, step: float) -> "Exploration":
        """Returns what holds after `step` environment steps."""
        now = {}
        if self.schedule:
            now |= {"epsilon": _at(self.schedule, step), "schedule": ()}
        if self.gumbel_schedule:
            now |= {"gumbel_noise": _at(self.gumbel_schedule, step), "gumbel_schedule": ()}
        return replace(self, **now) if now else self


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


def _number_and_schedule(setting: float | Sequence[Sequence[float]]) -> tuple[float, Schedule]:
    """Returns a setting's number, or where its schedule ends, and the schedule, () for none."""
    if isinstance(setting, float | int):
        return setting, ()
    schedule = tuple((float(step), float(value)) for step, value in setting)
    return schedule[-1][1], schedule


def _at(schedule: Schedule, step: float) -> float:
    """Returns what a schedule says after `step` environment steps."""
    steps, values = zip(*schedule, strict=True)
    return float(np.interp(step, steps, values))


def _uniform_choices(
    logits: Tensor, epsilon: float, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    # Choices that do not exist carry a very negative logit and must not be drawn.
    possible = torch.where(logits > -1e8, 0.0, -1e9)
    random = (possible + gumbel(logits, generator)).argmax(-1)
    coins = torch.rand(random.shape, generator=generator, device=logits.device)
    return random, coins < epsilon
