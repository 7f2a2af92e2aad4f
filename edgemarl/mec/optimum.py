"""The optimal assignment of a slot, and a certified lower bound of every assignment's objective.

Where all tasks need the same cycles the assignment is optimal; otherwise branch and bound comes
within 0.03 % in most slots, and says how close it came. See docs/mec_optimum.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.validation import check_count, check_nonnegative
from edgemarl.mec.assignment import assign_equal, equal_cycles
from edgemarl.mec.branch_and_bound import branch_and_bound
from edgemarl.mec.costs import SlotCosts
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State

TOLERANCE = 3e-4  # relative gap at which the search for unequal cycles stops
MOST_NODES = 200  # that it branches at most
ROUNDING = 1e-12  # relative; the bound is lowered by it against rounding errors


@dataclass(frozen=True, kw_only=True)
class SlotBound:
    """A certified lower bound of a slot's objective."""

    lower_bound: float  # [1]


@dataclass(frozen=True, kw_only=True)
class Optimum(SlotBound):
    """A centralised assignment of a slot, what it costs, and what any costs at least."""

    assignment: NDArray[np.int64]  # (N,) server of each task, -1 for the device itself
    objective: float  # [1]
    num_nodes: int  # branched; 0 where none were needed

    @property
    def gap(self) -> float:
        """Share of the bound by which the objective is above it."""
        return self.objective / self.lower_bound - 1.0


def slot_bound(scenario: Scenario, state: State) -> SlotBound:
    """The lower bound of :func:`solve_slot`."""
    return solve_slot(scenario, state)


def optimal_assignment(scenario: Scenario, state: State) -> NDArray[np.int64]:
    """The assignment (N,) of :func:`solve_slot`."""
    return solve_slot(scenario, state).assignment


def solve_slot(
    scenario: Scenario,
    state: State,
    *,
    tolerance: float = TOLERANCE,
    most_nodes: int = MOST_NODES,
) -> Optimum:
    """The optimal assignment of a slot, of unequal cycles a near-optimal one, and the bound.

    Args:
        scenario: what is fixed.
        state: the slot.
        tolerance: relative gap to the bound that is good enough where cycles differ.
        most_nodes: branches after which the search ends with whatever gap is left.

    Raises:
        ValueError: for a negative tolerance or number of nodes.
    """
    return solve_costs(SlotCosts.of(scenario, state), tolerance=tolerance, most_nodes=most_nodes)


def solve_costs(
    costs: SlotCosts, *, tolerance: float = TOLERANCE, most_nodes: int = MOST_NODES
) -> Optimum:
    """:func:`solve_slot` for costs that are known already."""
    check_nonnegative("tolerance", tolerance)
    check_count("most_nodes", most_nodes, minimum=0)
    if equal_cycles(costs):
        assignment = assign_equal(costs)
        objective = float(costs.objective(assignment[None])[0])
        bound, nodes = objective, 0
    else:
        found = branch_and_bound(costs, tolerance=tolerance, most_nodes=most_nodes)
        assignment, objective = found.assignment, found.objective
        bound, nodes = found.lower_bound, found.num_nodes
    return Optimum(
        assignment=assignment,
        objective=objective,
        lower_bound=bound * (1.0 - ROUNDING),
        num_nodes=nodes,
    )
