"""Plans an advertising budget over channels with S-shaped response, on the solver alone.

How to run:     python examples/05_solver.py
How long:       seconds (half a minute the first time, when the solver is compiled)
What to expect: a table of what each channel gets under one budget, and when the agency's hours are
                short as well; each plan with a certified bound. Channels get much or nothing: below
                a threshold an advertisement is not noticed. An equal split of the money wins two
                thirds of the customers, and short hours shift money from social media to
                television.

Nothing here is about edge computing: `edgemarl.solvers` maximises any sum of functions that are
convex first and concave then. `maximize` divides one budget; `maximize_program` takes any linear
constraints. docs/solver.md says what bound, gap and prices mean.
"""

import numpy as np

from edgemarl.solvers import maximize
from edgemarl.solvers.general import Hill, SigmoidalProgram, maximize_program

BUDGET = 120.0  # [thousand euros]
HOURS = 200.0  # of the agency
CHANNELS = ("search", "social", "video", "television", "radio", "print", "podcasts", "outdoor")
CUSTOMERS = np.array([900.0, 700.0, 800.0, 2100.0, 500.0, 300.0, 450.0, 650.0])  # at most
HALF = np.array([14.0, 16.0, 22.0, 60.0, 18.0, 15.0, 10.0, 28.0])  # [thousand euros] for half
STEEPNESS = np.array([1.6, 2.5, 3.0, 4.0, 2.5, 2.0, 3.0, 3.5])  # 1: no threshold
HOURS_PER_THOUSAND = np.array([3.0, 4.0, 3.5, 1.0, 1.5, 1.0, 4.0, 1.5])


def main() -> None:
    """Print both plans and what the constraints cost."""
    response = Hill(height=CUSTOMERS, half=HALF, exponent=STEEPNESS)
    alone = maximize(response, BUDGET)
    program = SigmoidalProgram(
        response,
        lower=0.0,
        upper=BUDGET,
        A=[np.ones(len(CHANNELS)), HOURS_PER_THOUSAND],
        b=[BUDGET, HOURS],
    )
    both = maximize_program(program)
    print_plans(alone.allocation, both.x)
    equal = response.value(np.full(len(CHANNELS), BUDGET / len(CHANNELS))).sum()
    print(f"equal split: {equal:.0f} customers")
    for name, result in (("budget", alone), ("budget and hours", both)):
        print(
            f"{name}: {result.objective:.1f} customers, at most {result.upper_bound:.1f} possible, "
            f"{result.num_nodes} nodes, {result.status.name}"
        )
    money, time = both.shadow_price
    print(f"worth of another thousand euros: {money:.1f} customers, of an hour: {time:.1f}")


def print_plans(alone: np.ndarray, both: np.ndarray) -> None:
    """Print what each channel gets, and what that takes."""
    print(f"{'':12} {'budget only':>14} {'budget and hours':>18}  [thousand euros]")
    for name, first, second in zip(CHANNELS, alone, both, strict=True):
        print(f"{name:12} {first:14.1f} {second:18.1f}")
    print(f"{'sum':12} {alone.sum():14.1f} {both.sum():18.1f}")
    hours = HOURS_PER_THOUSAND @ alone, HOURS_PER_THOUSAND @ both
    print(f"{'hours':12} {hours[0]:14.1f} {hours[1]:18.1f}")


if __name__ == "__main__":
    main()
