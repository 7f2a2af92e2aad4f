"""Exact, certified maximisation of a sum of sigmoids; knows nothing of edge computing."""

from edgemarl.solvers.conjugate import conjugate
from edgemarl.solvers.general import SigmoidalProgram, maximize_program
from edgemarl.solvers.groups import maximize_batch, maximize_groups
from edgemarl.solvers.result import GroupResult, ProgramResult, SolverResult, Status
from edgemarl.solvers.sigmoid import LatencySigmoids, SigmoidFamily
from edgemarl.solvers.single_budget import Backend, maximize

__all__ = [
    "Backend",
    "GroupResult",
    "LatencySigmoids",
    "ProgramResult",
    "SigmoidFamily",
    "SigmoidalProgram",
    "SolverResult",
    "Status",
    "conjugate",
    "maximize",
    "maximize_batch",
    "maximize_groups",
    "maximize_program",
]
