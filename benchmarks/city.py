"""A city: what its geography is like, and what a slot of it costs.

    python benchmarks/city.py [SCENARIO] [--slots 5]

SCENARIO is `city`, `eua:FOLDER` or a file; `city` unless given. Takes about a minute. Times are CPU
times of one process; the first slot is not counted.
"""

import argparse
import itertools
from typing import Any

import numpy as np
from _report import report
from scipy.spatial import KDTree
from slot_bound import draw, timed

import edgemarl
from edgemarl.cities.geometry import area
from edgemarl.core.urban import UrbanChannel
from edgemarl.djtcra import Scenario, evaluate, load_scenario, next_state, slot_bound, solve_slot
from edgemarl.djtcra.city_mobility import CityMobility


def main() -> None:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(description="A city's geography and the cost of a slot.")
    parser.add_argument("scenario", nargs="?", default="city")
    parser.add_argument("--slots", type=int, default=5, help="slots that are measured")
    given = parser.parse_args()
    scenario = load_scenario(given.scenario)
    report("city", {"geography": geography(scenario), "slot": costs(scenario, given.slots)})


def geography(scenario: Scenario) -> dict[str, float]:
    """Numbers, densities and distances of a city, and its links."""
    mobility, channel = scenario.mobility, scenario.channel
    if not isinstance(mobility, CityMobility) or not isinstance(channel, UrbanChannel):
        raise ValueError(f"scenario must be a city with an urban channel, got {scenario.name}")
    city, square_kilometres = mobility.region, area(mobility.outline) / 1e6
    _, distance = city.nearest_site(city.users)
    rate, delay = scenario.topology.link_rate, scenario.topology.link_delay
    links = ~np.eye(scenario.num_servers, dtype=bool)
    return {
        "sites": len(city.sites),
        "people": len(city.users),
        "area_km2": square_kilometres,
        "people_clark_evans": clark_evans(city.users, square_kilometres),
        "sites_clark_evans": clark_evans(city.sites, square_kilometres),
        "distance_median_m": float(np.median(distance)),
        "distance_max_m": float(distance.max()),
        "share_clamped": channel.num_clamped(distance) / len(distance),
        "share_covered": float((distance <= mobility.coverage).mean()),
        "link_rate_mean_mbit_per_s": float(rate[links].mean() / 1e6),
        "link_delay_mean_ms": float(delay[links].mean() * 1e3),
    }


def clark_evans(position: np.ndarray, square_kilometres: float) -> float:
    """Mean distance to the nearest neighbour over that of even chance: below 1 are clusters."""
    nearest = KDTree(position).query(position, k=2)[0][:, 1].mean()
    return float(nearest / (0.5 / np.sqrt(len(position) / (square_kilometres * 1e6))))


def costs(scenario: Scenario, slots: int) -> dict[str, Any]:
    """Median CPU times of a slot's parts [ms], and the gap of the near-optimal assignment."""
    states = list(draw(scenario, slots + 1))
    _ = evaluate(scenario, states[0], states[0].ran), slot_bound(scenario, states[0])  # warm up
    times: dict[str, list[float]] = {"draw": [], "evaluate": [], "bound": [], "near_optimal": []}
    gaps = []
    for before, state in itertools.pairwise(states):
        times["draw"].append(timed(lambda at=before: next_slot(scenario, at))[1])
        times["evaluate"].append(timed(lambda at=state: evaluate(scenario, at, at.ran))[1])
        times["bound"].append(timed(lambda at=state: slot_bound(scenario, at))[1])
        solved, taken = timed(lambda at=state: solve_slot(scenario, at))
        times["near_optimal"].append(taken)
        gaps.append(solved.gap)
    return {
        "servers": scenario.num_servers,
        "users": scenario.num_users,
        **{f"{part}_cpu_ms": float(np.median(taken)) for part, taken in times.items()},
        "env_step_cpu_ms": env_step(scenario, slots),
        "near_optimal_gap_percent": 100 * float(np.mean(gaps)),
    }


def next_slot(scenario: Scenario, state: Any) -> Any:
    """The slot after a slot."""
    return next_state(scenario, state, state.ran, np.random.default_rng(0))


def env_step(scenario: Scenario, slots: int) -> float:
    """Median CPU time of a step with servers as agents [ms], observations included."""
    env = edgemarl.make("djtcra-servers-v0", scenario=scenario)
    env.reset(seed=0)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    env.step(actions)
    return float(np.median([timed(lambda: env.step(actions))[1] for _ in range(slots)]))


if __name__ == "__main__":
    main()
