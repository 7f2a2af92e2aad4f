"""Offloading to edge servers with latency and energy, in the order the data flows.

scenario      what is fixed: numbers, and components in their roles
topology      what the seed fixes: positions, servers, tasks; channel gains
state         one slot's draw, and the step to the next
latency       rate, transmission, processing          energy   of the devices
allocation    best powers and shares of computing power, in closed form
outcome       evaluate(scenario, state, assignment) -> latency, energy, objective
costs         the same for many assignments at once
optimum       optimal or near-optimal assignment, certified lower bound of a slot
votes         what the scores of all servers mean together
problem       what learners that search for assignments need of a slot
server_view   servers as agents
env           the PettingZoo environment
baselines     rules to compare with
"""

from edgemarl.mec.optimum import Optimum, SlotBound, optimal_assignment, slot_bound, solve_slot
from edgemarl.mec.outcome import Outcome, evaluate
from edgemarl.mec.presets import SCENARIOS, load_scenario
from edgemarl.mec.problem import AssignmentProblem
from edgemarl.mec.scenario import Scenario
from edgemarl.mec.state import State, next_state

__all__ = [
    "SCENARIOS",
    "AssignmentProblem",
    "Optimum",
    "Outcome",
    "Scenario",
    "SlotBound",
    "State",
    "evaluate",
    "load_scenario",
    "next_state",
    "optimal_assignment",
    "slot_bound",
    "solve_slot",
]
