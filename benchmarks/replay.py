"""Replay of joint transitions of the servers view: 100 users, 9 features, 7 servers.

    python benchmarks/replay.py

Takes a few seconds. Times are medians of CPU milliseconds, for 256 transitions and to add a
fragment of 25; bytes are those of a full ring fed with such fragments.
"""

import numpy as np
import torch
from _report import cpu_seconds, report

from rllib_algos.joint.fragment import JointFragment
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.replay import NEXT, JointReplay
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import CategoricalAction, Group, JointSpaces, Observation

SERVERS, USERS, FEATURES, CHOICES = 7, 100, 9, 7
CAPACITY, FRAGMENT, BATCH = 2000, 25, 256


def spaces() -> JointSpaces:
    """The servers view."""
    action = CategoricalAction(
        sizes=(CHOICES,) * USERS, starts=(0,) * USERS, shape=(USERS,), dtype="int64"
    )
    group = Group(
        agents=tuple(range(SERVERS)),
        observation=Observation(size=USERS * FEATURES),
        action=action,
    )
    agents = tuple(f"server_{i}" for i in range(SERVERS))
    return JointSpaces(agents=agents, groups=(group,), state_shape=(USERS, FEATURES))


def filled(layout: GroupLayout) -> JointReplay:
    """A full ring of random fragments."""
    rng = np.random.default_rng(0)
    observations, actions = layout.observation_fields, layout.action_fields
    ring = JointReplay(CAPACITY, observations, actions, SERVERS, rng)
    while len(ring) < CAPACITY - 2 * CAPACITY // FRAGMENT:
        ring.add(fragment(layout, rng))
    return ring


def fragment(layout: GroupLayout, rng: np.random.Generator) -> JointFragment:
    """Random steps."""
    return JointFragment(
        observations={
            name: rng.integers(0, SERVERS, (FRAGMENT + 1, *f.shape)).astype(f.dtype)
            for name, f in layout.observation_fields.items()
        },
        actions={
            name: rng.integers(0, CHOICES, (FRAGMENT, *f.shape)).astype(f.dtype)
            for name, f in layout.action_fields.items()
        },
        rewards=rng.random((FRAGMENT, SERVERS), np.float32),
        terminated=False,
    )


def measure(layout: GroupLayout) -> dict[str, float]:
    """Memory per transition and time per batch of one way to store them."""
    ring, added = filled(layout), fragment(layout, np.random.default_rng(1))

    def sample() -> dict[str, torch.Tensor]:
        return {name: torch.from_numpy(v) for name, v in ring.sample(BATCH).items()}

    def rebuild() -> None:
        batch = sample()
        layout.actor_inputs(batch)
        layout.actor_inputs({n: batch[NEXT + n] for n in layout.observation_fields})

    return {
        "kilobytes_per_transition": ring.nbytes / len(ring) / 1000,
        "milliseconds_to_add_a_fragment": 1000 * cpu_seconds(lambda: ring.add(added), calls=20),
        "milliseconds_to_torch": 1000 * cpu_seconds(sample, calls=20),
        "milliseconds_with_observations_of_all_agents": 1000 * cpu_seconds(rebuild, calls=20),
    }


def main() -> None:
    """Measure and print the report."""
    torch.set_num_threads(1)
    rows = measure(RowLayout(spaces(), soft=False))
    soft = measure(RowLayout(spaces(), soft=True))
    plain = measure(GroupLayout(spaces(), soft=False))
    report(
        "replay",
        {
            "batch": BATCH,
            "rows_sampled_actions": rows,
            "rows_soft_actions": soft,
            "observations_of_all_agents_stored": plain,
            "memory_saved": plain["kilobytes_per_transition"] / rows["kilobytes_per_transition"],
        },
    )


if __name__ == "__main__":
    main()
