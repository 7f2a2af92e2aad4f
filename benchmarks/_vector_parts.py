"""What a step of copies that are stepped together does, in parts."""

from collections.abc import Callable
from typing import Any

import numpy as np
from _solver_slots import Recorder

from edgemarl.djtcra.batch_draws import draws_of
from edgemarl.djtcra.batch_outcome import evaluate_each
from edgemarl.djtcra.batch_reports import Rows, reward_parts, slot_infos
from edgemarl.djtcra.batch_servers import ServersTogether
from edgemarl.djtcra.env import DJTCRAEnv
from edgemarl.djtcra.passes import total_of_each
from edgemarl.mec import batch_outcome, batch_slots
from edgemarl.mec.allocation import best_power
from edgemarl.mec.batch_servers import ServersTogether as ServersOffloading
from edgemarl.mec.env import MECEnv

Part = Callable[[], object]


def servers(copies: int) -> dict[str, Part]:
    """Task and resource allocation, the paper's scenario with servers as agents."""
    env: Any = DJTCRAEnv()
    rngs = [np.random.default_rng(copy) for copy in range(copies)]
    draws, agents, rows = (
        draws_of([env.scenario] * copies),
        ServersTogether(env.view),
        Rows(env.scenario),
    )
    slots = draws.first(None, np.ones(copies, bool), rngs)
    servers, users = env.scenario.num_servers, env.scenario.num_users
    actions = np.random.default_rng(0).integers(servers, size=(copies, servers, users))
    assignment = agents.decode(actions, slots)
    recorder = Recorder()
    evaluate_each(env.scenario.replace(allocation=recorder), slots, assignment)
    outcome = evaluate_each(env.scenario, slots, assignment)

    def report_slot() -> None:
        total_of_each(reward_parts(env.scenario, outcome, slots).reshape(slots.ran.shape))
        slot_infos(outcome, slots, prices=False)
        agents.infos(outcome, slots)

    return {
        "actions": lambda: agents.decode(actions, slots),
        "allocation": lambda: env.scenario.allocation.allocate(recorder.problem),
        "evaluation": lambda: evaluate_each(env.scenario, slots, assignment),
        "reports": report_slot,
        "draw": lambda: draws.next(slots, assignment, rngs),
        "observations": lambda: agents.observe(rows.of([env.scenario], slots), slots),
    }


def offloading(copies: int) -> dict[str, Part]:
    """Offloading of 180 devices; the allocation is that of the best powers."""
    env: Any = MECEnv("n180")
    scenario, agents = env.scenario, ServersOffloading(env.view)
    rngs = [np.random.default_rng(copy) for copy in range(copies)]
    slots = batch_slots.first_slots(scenario, rngs)
    size = copies, scenario.num_servers, scenario.num_devices
    scores = np.random.default_rng(0).random(size, dtype=np.float32)
    assignment = agents.decode(scores, slots)
    outcome = batch_outcome.evaluate_each(scenario, slots, assignment)
    snr = np.take_along_axis(slots.gain, np.maximum(assignment, 0)[..., None], axis=-1)
    snr = snr[assignment >= 0] / scenario.noise_power

    def report_slot() -> None:
        agents.paid(outcome, slots)
        batch_outcome.slot_infos(scenario, slots, outcome)

    return {
        "actions": lambda: agents.decode(scores, slots),
        "allocation": lambda: best_power(snr, scenario.weight_ratio, scenario.max_power),
        "evaluation": lambda: batch_outcome.evaluate_each(scenario, slots, assignment),
        "reports": report_slot,
        "draw": lambda: batch_slots.next_slots(scenario, slots, rngs),
        "observations": lambda: agents.observe(slots),
    }
