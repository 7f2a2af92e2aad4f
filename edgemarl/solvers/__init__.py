"""Exact, certified maximisation of a sum of sigmoids; knows nothing of edge computing."""

from edgemarl.solvers.conjugate import conjugate
from edgemarl.solvers.groups import maximize_batch, maximize_groups
from edgemarl.solvers.result import GroupResult, SolverResult, Status
from edgemarl.solvers.sigmoid import LatencySigmoids, SigmoidFamily
from edgemarl.solvers.single_budget import Backend, maximize

__all__ = [
    "Backend",
    "GroupResult",
    "LatencySigmoids",
    "SigmoidFamily",
    "SolverResult",
    "Status",
    "conjugate",
    "maximize",
    "maximize_batch",
    "maximize_groups",
]
