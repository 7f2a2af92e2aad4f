"""Maximise a sum of sigmoids over any linear constraints, with a certified bound."""

from edgemarl.solvers.envelope import Floored
from edgemarl.solvers.general.checks import check_sigmoidal
from edgemarl.solvers.general.custom import Custom, Mixed
from edgemarl.solvers.general.families import Hill, Logistic, NormalCDF
from edgemarl.solvers.general.program import SigmoidalProgram
from edgemarl.solvers.general.solve import maximize_program

__all__ = [
    "Custom",
    "Floored",
    "Hill",
    "Logistic",
    "Mixed",
    "NormalCDF",
    "SigmoidalProgram",
    "check_sigmoidal",
    "maximize_program",
]
