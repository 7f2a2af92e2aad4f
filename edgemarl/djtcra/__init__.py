"""Distributed joint task and computing-resource allocation, in the order the data flows.

scenario      what is fixed: numbers, and components in their roles
state         one slot's draw, and the step to the next
latency       wireless, forwarding, processing, cloud: one equation, one function
allocation    each server's computing power divided among its tasks
outcome       evaluate(scenario, state, assignment) -> QoE, latency, counts
optimum       certified bound of a slot, near-optimal assignment
server_view   servers as agents          user_view   users as agents
env           the PettingZoo environment
baselines     rules to compare with
"""

from edgemarl.djtcra.baselines import baseline_names, make_baseline
from edgemarl.djtcra.optimum import (
    NearOptimal,
    SlotBound,
    near_optimal_assignment,
    slot_bound,
    solve_slot,
)
from edgemarl.djtcra.outcome import Outcome, evaluate
from edgemarl.djtcra.presets import SCENARIOS, load_scenario
from edgemarl.djtcra.scenario import Scenario
from edgemarl.djtcra.state import State, next_state

__all__ = [
    "SCENARIOS",
    "NearOptimal",
    "Outcome",
    "Scenario",
    "SlotBound",
    "State",
    "baseline_names",
    "evaluate",
    "load_scenario",
    "make_baseline",
    "near_optimal_assignment",
    "next_state",
    "slot_bound",
    "solve_slot",
]
