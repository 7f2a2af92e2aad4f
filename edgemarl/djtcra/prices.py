"""What every user is worth to the system in a slot: its QoE less the price of what it uses.

A task at server h takes computing power p_u that other tasks of h could use. The multiplier
lambda_h of the server's problem (17) says what a unit of it is worth to them, so that

    priced QoE of u = max(f_u(p_u) - lambda_h p_u, r_u),

f_u(p_u) the QoE at the server and r_u that of the cloud, is the user's term of the Lagrangian of
P1: to first order, what the user adds to the system QoE. ``docs/algorithms/shadow_price.md``
derives it and says where it does not hold.
"""

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.outcome import CLOUD, Outcome

PRICED_QOE = "priced_qoe"  # key of infos


def priced_qoe(outcome: Outcome) -> NDArray[np.float64]:
    """max(f_u(p_u) - lambda_h p_u, r_u) of every user, (U,) [1]; zero for idle users.

    lambda_h is the price that proves the bound of server h's problem (17), whatever of its capacity
    is used: `dual_multiplier` of :class:`edgemarl.solvers.GroupResult`.

    Raises:
        ValueError: the allocation policy knows no prices.
    """
    price = outcome.allocation_price
    if price is None:
        raise ValueError(
            "the scenario's allocation must tell the servers' prices to report them, this one does "
            "not; use 'exact' or 'cloud_aware'"
        )
    paid = price[outcome.assignment] * outcome.allocation
    at_edge = np.maximum(outcome.qoe - paid, outcome.cloud_qoe)
    return np.where(outcome.served_by == CLOUD, outcome.qoe, at_edge)
