"""What `updates.py` compiles by torch.compile: networks and losses of learners of values."""

import shutil
import time
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import torch
from torch import Tensor

from rllib_algos.joint import networks

COMPILERS = ("g++", "clang++")


def has_compiler() -> bool:
    """Whether there is a C++ compiler, which torch.compile needs on a processor."""
    return any(map(shutil.which, COMPILERS))


def plain_values(
    inputs: Sequence[Tensor], weights: Sequence[Tensor], biases: Sequence[Tensor]
) -> Tensor:
    """Returns what `stacks.stacked_values` does, as it is said: torch.compile differentiates it."""
    x = torch.cat(list(inputs), -1)
    for weight, bias in zip(weights[:-1], biases[:-1], strict=True):
        x = torch.relu(torch.baddbmm(bias, x, weight))
    return torch.baddbmm(biases[-1], x, weights[-1])


def compiled(learner: Any, fields: Any) -> tuple[Callable[[], None], float]:
    """Returns what updates the learner by compiled code, and the seconds that compiling took.

    The loss is one graph, compiled once: where torch would fall back to the code as it is, or
    compile again, it raises an error.

    Args:
        learner: of IDQN or VDN.
        fields: what it is updated on.
    """
    learner._update(fields)  # looks up what the layout keeps, which torch could not compile
    learner.losses = torch.compile(learner.losses, dynamic=False, fullgraph=True)

    def update() -> None:
        with mock.patch.object(networks, "stacked_values", plain_values):
            learner._update(fields)

    start = time.perf_counter()
    update()
    seconds = time.perf_counter() - start

    def update_again() -> None:
        with torch._dynamo.config.patch(error_on_recompile=True):
            update()

    return update_again, seconds
