"""The assignment problem of one slot, as learners that search for good assignments need it."""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.optimum import optimal_assignment
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State
from edgemarl.mec.votes import LOCAL, VOTES

Array = NDArray[np.float64]
Assignment = NDArray[np.int64]


class AssignmentProblem:
    """Scores assignments of a slot without executing them; it can be pickled.

    An assignment holds a server's index for every device, or -1 for the device itself.
    """

    def __init__(self, scenario: Scenario, state: State):
        """Keep the slot; its costs are computed when they are first asked for."""
        self._scenario, self._state = scenario, state

    @property
    def num_servers(self) -> int:
        """M, number of servers."""
        return self._scenario.num_servers

    @cached_property
    def preference(self) -> Array:
        """Channel gains over their sum over servers, as in Eq. (20), (N, M) [1]."""
        gain = self._state.gain
        return gain / gain.sum(axis=1, keepdims=True)

    def objective(self, assignments: Assignment) -> Array:
        """The sum of Eq. (11) for every assignment, to be minimised, (K,) [1].

        Args:
            assignments: (K, N) integers.

        Raises:
            ValueError: for another shape, or an index that is neither a server's nor -1.
        """
        devices = self._scenario.num_devices
        if assignments.ndim != 2 or assignments.shape[1] != devices:
            raise ValueError(f"assignments must have shape (K, {devices}), got {assignments.shape}")
        least, greatest = assignments.min(initial=0), assignments.max(initial=LOCAL)
        if least < LOCAL or greatest >= self.num_servers:
            raise ValueError(
                f"assignments must hold server indices from {LOCAL} to {self.num_servers - 1}, "
                f"got {least} to {greatest}"
            )
        return self._costs.objective(assignments)

    def vote(self, scores: NDArray[np.floating]) -> Assignment:
        """The assignment (N,) that the environment executes for scores (M, N)."""
        return VOTES[self._scenario.vote](scores, self._scenario.local_limit)

    def best(self) -> Assignment:
        """The optimal assignment, of unequal tasks a near-optimal one, (N,)."""
        return optimal_assignment(self._scenario, self._state)

    @cached_property
    def _costs(self) -> SlotCosts:
        return SlotCosts.of(self._scenario, self._state)
