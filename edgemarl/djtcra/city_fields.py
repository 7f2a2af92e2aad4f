"""The fields of a scenario that a city determines."""

from typing import Any

import numpy as np

from edgemarl.core.urban import UrbanMicro
from edgemarl.core.validation import check_count
from edgemarl.djtcra.city_mobility import CityWaypoint
from edgemarl.djtcra.city_network import CityNetwork

POWER_PER_USER = 6.7e9  # [cycles/s] of all servers together in Table III, for 100 users


def city_fields(
    city: str, num_servers: int, num_users: int, proportions: tuple[float, ...]
) -> dict[str, Any]:
    """Users, servers, links, channel and mobility of a city, by the field of a scenario.

    Args:
        city: ``"synthetic"`` or ``"eua:FOLDER"``.
        num_servers: |H|.
        num_users: |U|.
        proportions: power of the servers, as far as it matters for what shares they have.
    """
    check_count("num_servers", num_servers)
    check_count("num_users", num_users)
    return {
        "num_users": num_users,
        "server_capacity": divided(proportions, num_servers, POWER_PER_USER * num_users),
        "network": CityNetwork(city=city),
        "channel": UrbanMicro(),
        "mobility": CityWaypoint(city=city),
    }


def divided(proportions: tuple[float, ...], count: int, total: float) -> tuple[float, ...]:
    """A total power [cycles/s] divided in repeated proportions, to ten megacycles per second.

    >>> divided((1.0, 3.0), 3, 10e9)
    (2000000000.0, 6000000000.0, 2000000000.0)
    """
    share = np.resize(proportions, count)
    return tuple(np.round(share / share.sum() * total, -7).tolist())
