"""An expert's assignments of slots that no agent acts in: line 1 of Algorithm 2."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from rllib_algos.dirs.protocols import LOCAL, AssignmentProblem, check_scorer, problem_of
from rllib_algos.dirs.refinement import Effort, refine
from rllib_algos.joint.layout import Arrays, GroupLayout

Expert = Callable[[AssignmentProblem, np.ndarray, np.random.Generator], np.ndarray]
"""From a slot's problem, the assignment of the slot before, and a generator to a good one, (N,).

Before the first slot no device is served."""


def draw_demonstrations(
    env: Any, layout: GroupLayout, expert: Expert, count: int, seed: Sequence[int] | None
) -> tuple[Arrays, np.ndarray]:
    """Returns K joint observations by field, and the expert's assignments (K, N) of them.

    Args:
        env: a ParallelEnv of its own; what the expert assigns is executed in it.
        layout: how its observations are laid out.
        expert: assigns.
        count: number of slots, K.
        seed: of the environment and of the expert; None draws one.
    """
    check_scorer(env)
    env_seed, expert_seed = np.random.SeedSequence(seed).generate_state(2)
    rng = np.random.default_rng(expert_seed)
    slots: list[Arrays] = []
    targets: list[np.ndarray] = []
    target = np.full(layout.actions[0].vector_size, LOCAL)
    observations, _ = env.reset(seed=int(env_seed))
    for _ in range(count):
        slots.append(layout.encode(env, observations))
        target = expert(problem_of(env, layout.spaces.num_agents), target, rng)
        targets.append(target)
        observations, *_ = env.step(layout.env_actions(votes(target, layout), 0))
        if not env.agents:
            observations, _ = env.reset()
    fields = {name: np.stack([slot[name] for slot in slots]) for name in slots[0]}
    return fields, np.stack(targets)


def levy_expert(effort: Effort) -> Expert:
    """Returns the expert that searches by Levy flights from the assignment of the slot before.

    Where devices are many and servers much alike, searches that begin anew in every slot end at
    equally good assignments without any likeness, from which nothing can be learned.
    """

    def expert(
        problem: AssignmentProblem, start: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        return refine("levy", problem, start, effort, rng)

    return expert


def exact_expert(
    problem: AssignmentProblem, start: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Returns the assignment that the environment says is best."""
    return problem.best()


def votes(target: np.ndarray, layout: GroupLayout) -> list[np.ndarray]:
    """Returns the actions by which agents vote for an assignment alone, (1, n, N) per group.

    Args:
        target: (N,).
        layout: whose actions lie in [-1, 1].
    """
    return [
        np.where(target == np.array(group.agents)[:, None], 1.0, -1.0)[None]
        for group in layout.spaces.groups
    ]
