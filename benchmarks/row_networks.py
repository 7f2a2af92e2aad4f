"""What an update of MAMaxEnt costs with flat networks and with networks for rows, by users.

    python benchmarks/row_networks.py > docs/results/row_networks.json

Takes a few minutes. Every case has a process of its own: the servers view with 7 servers, batches
of 64 random joint transitions (and, with ten times the users, of 6: as many rows), default settings
beside the networks'. Memory is how far the process's peak rises from before the learner is built
until after the updates; seconds are CPU seconds of an update, the mean over one of actors and
critics and one of critics alone.
"""

import multiprocessing
import resource
from typing import Any

import numpy as np
import torch
from _report import cpu_seconds, report

from rllib_algos import MAMaxEntConfig
from rllib_algos.joint.env_runner import JOINT_SPACES
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.spaces import CategoricalAction, Group, JointSpaces, Observation

SERVERS, FEATURES = 7, 9
SIZES = ((100, 64), (1000, 64), (1000, 6))  # users, and joint transitions in a batch
ROWS = {"policy_network": "rows", "critic_network": "rows"}
CASES: dict[str, dict[str, Any]] = {
    "mlp": {},
    "rows": ROWS,
    "rows, mean": {**ROWS, "row_pooling": "mean"},
    "rows, attention": {**ROWS, "row_pooling": "attention"},
    "rows, pairwise": {**ROWS, "row_pairwise": True},
}


def spaces(users: int) -> JointSpaces:
    """The servers view."""
    action = CategoricalAction(
        sizes=(SERVERS,) * users, starts=(0,) * users, shape=(users,), dtype="int64"
    )
    observation = Observation(size=users * FEATURES)
    group = Group(agents=tuple(range(SERVERS)), observation=observation, action=action)
    agents = tuple(f"server_{i}" for i in range(SERVERS))
    return JointSpaces(agents=agents, groups=(group,), state_shape=(users, FEATURES))


def batch(users: int, size: int) -> dict[str, torch.Tensor]:
    """Random joint transitions, `size` of them."""
    rng = np.random.default_rng(0)
    fields: dict[str, torch.Tensor] = {}
    for prefix in ("", NEXT):
        state = rng.uniform(-1, 1, (size, users, FEATURES)).astype(np.float32)
        fields[f"{prefix}state"] = torch.from_numpy(state)
        owner = rng.integers(0, SERVERS, (size, users), np.int8)
        fields[f"{prefix}owner"] = torch.from_numpy(owner)
    fields["actions"] = torch.from_numpy(rng.integers(0, SERVERS, (size, users), np.uint8))
    reward = rng.random((size, 1), np.float32) * users
    fields["rewards"] = torch.from_numpy(reward).expand(-1, SERVERS)
    fields["terminated"] = torch.zeros(size)
    return fields


def peak() -> float:
    """The greatest memory that this process has had [MB]."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6


def measure(case: str, users: int, size: int) -> dict[str, float]:
    """Memory, time and size of one case."""
    config: Any = MAMaxEntConfig().training(**CASES[case]).debugging(seed=0, log_level="ERROR")
    fields, before = batch(users, size), peak()
    learner: Any = config.build_learner(spaces={JOINT_SPACES: spaces(users)})

    def pair() -> None:
        for _ in range(2):  # of which one updates the actors, too
            learner.num_updates += 1
            learner.update_networks(fields)

    seconds = cpu_seconds(pair, calls=1, repeats=1) / 2
    actors = learner.actors_module.actors.parameters()
    critics = learner.central_module.critics.parameters()
    return {
        "peak_megabytes": round(peak() - before, 1),
        "seconds_per_update": round(seconds, 4),
        "actor_parameters": sum(p.numel() for p in actors),
        "critic_parameters": sum(p.numel() for p in critics),
    }


def main() -> None:
    torch.set_num_threads(1)
    cases = [(case, users, size) for case in CASES for users, size in SIZES]
    # A process for each, so that its peak of memory is its own.
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        measured = pool.starmap(measure, cases, chunksize=1)
    results: dict[str, Any] = {case: {} for case in CASES}
    for (case, users, size), numbers in zip(cases, measured, strict=True):
        results[case][f"{users} users, batch {size}"] = numbers
    report("row_networks", results)


if __name__ == "__main__":
    main()
