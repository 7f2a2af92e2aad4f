"""How the searches that refine DIRS's decisions get on, candidate by candidate: its Fig. 4."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.seeding import named_generator
from edgemarl.experiments.backend import algorithm_config
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.probes import manifest_of
from edgemarl.experiments.reproduction.running import evaluate_cell
from edgemarl.mec.votes import LOCAL


def search(cell: Cell, runs: Path, command: str = "") -> dict[str, Any]:
    """The best objective found after so many candidates, the mean over the evaluation slots.

    Every search starts at the same random assignment of a slot. The curve's "slots" are
    candidates, the start not counted. `runs` stays empty: a slot's search takes seconds.
    """
    config = algorithm_config(manifest_of(cell))
    policy = Search(config.refinement, config.refinement_effort(), cell.seed)
    evaluation = evaluate_cell(cell, policy)
    counts, values = policy.curve()
    objective = cell.task.system.objective.name
    return {
        "curve": {"slots": counts.tolist(), objective: values.tolist()},
        "evaluation": evaluation,
    }


class Search:
    """A policy that refines a random assignment in every slot, and keeps how it got on.

    Args:
        kind: of the refinement, a key of `rllib_algos.dirs.refinement.REFINEMENTS`.
        effort: how long and how far is searched.
        seed: of the random assignments and of the search.
    """

    def __init__(self, kind: str, effort: Any, seed: int):
        self.name = kind
        self._effort, self._seed, self._episode = effort, seed, 0
        self._env: Any = None
        self._trails: list[Watched] = []

    def reset(self, env: Any, rng: np.random.Generator) -> None:
        """Look into an environment at the start of an episode; the draws are of `seed` alone."""
        self._env = env.unwrapped
        self._starts = named_generator(self._seed, "start of a search", self._episode)
        self._rng = named_generator(self._seed, "search", self._episode)
        self._episode += 1

    def assign(self) -> NDArray[np.int64]:
        """The assignment (N,) that the search finds for the environment's current slot."""
        from rllib_algos.dirs.refinement import refine

        problem = Watched(self._env.assignment_problem())
        devices, servers = problem.preference.shape
        start = self._starts.integers(LOCAL, servers, devices)
        best = refine(self.name, problem, start, self._effort, self._rng)
        self._trails.append(problem)
        return best

    def __call__(self, observations: dict[str, Any]) -> dict[str, Any]:
        """Scores that mean the assignment."""
        return self._env.view.encode(self.assign())

    def curve(self) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Candidates (K,) and the best objective after them (K,), the mean over all slots."""
        values = np.mean([trail.least for trail in self._trails], axis=0)
        return np.array(self._trails[0].counts), values


class Watched:
    """A slot's problem that keeps the best objective after every round of candidates.

    Args:
        problem: has what `rllib_algos.dirs.protocols.AssignmentProblem` has.

    Attributes:
        counts: candidates scored after each round; 0 for the start, however often it is scored.
        least: the least objective until then.
    """

    def __init__(self, problem: Any):
        self.counts: list[int] = []
        self.least: list[float] = []
        self.num_servers, self.preference = problem.num_servers, problem.preference
        self._problem = problem

    def objective(self, assignments: NDArray[np.int64]) -> NDArray[np.float64]:
        """The objectives (K,) of assignments (K, N)."""
        values = self._problem.objective(assignments)
        before = min(self.least, default=np.inf)
        self.least.append(float(min(before, values.min())))
        self.counts.append(self.counts[-1] + len(assignments) if self.counts else 0)
        return values

    def vote(self, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        """The assignment (N,) of scores (M, N)."""
        return self._problem.vote(scores)

    def best(self) -> NDArray[np.int64]:
        """The optimum (N,)."""
        return self._problem.best()
