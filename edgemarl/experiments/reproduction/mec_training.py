"""What DIRS's networks learn: the losses of its Fig. 3, and the imitation of its Table II."""

import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgemarl.experiments.backend import Learner
from edgemarl.experiments.checkpoints import find_checkpoint
from edgemarl.experiments.logs import read_progress
from edgemarl.experiments.reproduction.cell import Cell
from edgemarl.experiments.reproduction.probes import manifest_of
from edgemarl.experiments.reproduction.running import end_of, evaluate_cell
from edgemarl.experiments.reproduction.training_runs import trained
from edgemarl.experiments.rollout import episode_seed

SELDOM = 1e-9  # updates per slot, so that nothing is learned but the demonstrations


def losses(cell: Cell, runs: Path, command: str = "") -> dict[str, Any]:
    """Eq. (16) of every agent and the objective while DIRS learns, and its greedy policy."""
    columns = loss_columns(cell)
    with trained(cell, runs, command, kept=tuple(columns.values())) as folder:
        rows = read_progress(folder)
        evaluation = evaluate_cell(cell, str(find_checkpoint(folder, prefer="latest")))
    measures = [m.name for m in cell.task.system.outcome_measures]
    sources = {"slots": "slots", **{name: name for name in measures}, **columns}
    curve = {name: [row[source] for row in rows] for name, source in sources.items()}
    final = {name: end_of(values) for name, values in curve.items()}
    return {
        "curve": curve,
        "sampled": {name: final[name] for name in measures},
        "evaluation": {**evaluation, **{name: final[name] for name in columns}},
        "seconds": rows[-1]["seconds"],
    }


def loss_columns(cell: Cell) -> dict[str, str]:
    """Where RLlib reports the loss of every agent, by ``loss_AGENT``."""
    with closing(cell.task.make()) as env:
        agents = env.possible_agents
    return {f"loss_{agent}": f"learners/actors/{agent}_loss" for agent in agents}


def imitation(cell: Cell, runs: Path, command: str = "") -> dict[str, Any]:
    """How well agents that have learned demonstrations alone repeat them, and others' slots.

    An agent's decision on a device is right if it wants it (a score above one half) where the
    expert gives it to the agent, and does not where not. The accuracy is the share of right
    decisions over slots, agents and devices, on the demonstrations and on as many evaluation
    slots of the same expert as the cell has. `runs` stays empty: imitation is one piece of work.
    """
    from rllib_algos.dirs.demonstrations import draw_demonstrations
    from rllib_algos.dirs.replay import TARGET

    begin = time.perf_counter()
    with closing(Learner(manifest_of(cell, updates_per_slot=SELDOM))) as learner:
        learner.step()
        seconds = time.perf_counter() - begin
        algorithm = learner.algorithm
        config, actors = algorithm.config, algorithm.actors
        kept = algorithm.replay.get_state()["data"]
        shown = {name: values[: config.num_demonstrations] for name, values in kept.items()}
        seed = [episode_seed("evaluation", cell.seed, 0)]
        with closing(cell.task.make()) as env:
            fields, targets = draw_demonstrations(
                env, actors.layout, config.expert(), cell.evaluation_slots, seed
            )
        evaluation = _greedy(cell, learner)
        evaluation["training_accuracy"] = accuracy(actors, shown, shown[TARGET])
        evaluation["testing_accuracy"] = accuracy(actors, fields, targets)
    return {"evaluation": evaluation, "seconds": seconds}


def accuracy(
    actors: Any, fields: Mapping[str, NDArray[Any]], targets: NDArray[np.integer]
) -> float:
    """The share of right decisions of all agents on all devices in B slots.

    Args:
        actors: the agents' networks, whose outputs are positive where scores exceed one half.
        fields: joint observations, (B, ...) each.
        targets: (B, N) the server of every device, -1 for itself.
    """
    import torch

    with torch.no_grad():
        outputs = actors({name: torch.as_tensor(values) for name, values in fields.items()})
    right = [
        (outputs_of.numpy() > 0) == (targets[:, None] == np.array(group.agents)[:, None])
        for outputs_of, group in zip(outputs, actors.layout.spaces.groups, strict=True)
    ]
    return float(np.concatenate(right, axis=1).mean())


def _greedy(cell: Cell, learner: Learner) -> dict[str, float]:
    """What the learner's greedy policy comes to on the evaluation slots."""
    import rllib_algos

    with tempfile.TemporaryDirectory() as folder:
        learner.save(Path(folder))
        policy = rllib_algos.load_policy(Path(folder))
    return evaluate_cell(cell, policy)
