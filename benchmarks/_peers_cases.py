"""What `peers.py` measures, and the environment in which; imported by all environments.

Nothing but the standard library, NumPy, Gymnasium and PettingZoo is needed here.
"""

from dataclasses import dataclass

import gymnasium as gym
import numpy as np
from _prepared_env import PreparedEnv

CHUNK = 160  # environment steps collected at a time, over all copies
STORED = 320  # transitions in the replay before updates are measured
CAPACITY = 10_000  # joint transitions that the replay has room for
BATCH = 256
EPSILON, GAMMA, LEARNING_RATE, TAU = 0.15, 0.9, 5e-4, 0.005
MIXER_WIDTH, HYPER_WIDTH = 32, 64
PEERS = ("benchmarl", "xuance", "agilerl")
VALUES = ("benchmarl", "xuance")  # who has value-based algorithms, and steps copies in one process


@dataclass(frozen=True)
class Team:
    """Agents, each with networks of its own.

    Attributes:
        agents: number of agents.
        features: length of an observation.
        widths: of the networks' hidden layers.
        numbers: what an action is: 0 for Discrete(7), else as many numbers in [-1, 1].
    """

    agents: int
    features: int
    widths: tuple[int, ...]
    numbers: int = 0

    @property
    def observation_space(self) -> gym.Space:
        """Everybody's."""
        return gym.spaces.Box(0, 1, (self.features,), np.float32)

    @property
    def action_space(self) -> gym.Space:
        """Everybody's."""
        if self.numbers:
            return gym.spaces.Box(-1, 1, (self.numbers,), np.float32)
        return gym.spaces.Discrete(7)

    def __str__(self) -> str:
        actions = f"Box({self.numbers})" if self.numbers else "Discrete(7)"
        widths = "-".join(map(str, self.widths))
        return f"{self.agents} agents, {actions}, observe {self.features}, layers {widths}"


@dataclass(frozen=True)
class Cell:
    """One thing to measure.

    Attributes:
        kind: "sampling", counted in environment steps; or "updates", counted in joint updates.
        algorithm: "idqn", "vdn", "qmix", or "maddpg".
        team: who learns.
        copies: of the environment, that are stepped together.
        peers: who can do this.
        others: how the other agents act in the loss of a MADDPG actor.
    """

    kind: str
    algorithm: str
    team: Team
    copies: int = 1
    peers: tuple[str, ...] = VALUES
    others: str = "policy"

    def __str__(self) -> str:
        if self.kind == "sampling":
            return f"{self.team}; {self.copies} {'copy' if self.copies == 1 else 'copies'}"
        detail = f", other actions: {self.others}" if self.algorithm == "maddpg" else ""
        return f"{self.algorithm.upper()}{detail}: {self.team}"


USERS = Team(agents=100, features=9, widths=(64, 64))
SERVERS = Team(agents=7, features=90, widths=(256, 256, 256))
MOVERS = Team(agents=7, features=90, widths=(256, 256, 256), numbers=2)

CELLS = {
    "users_1_copy": Cell("sampling", "idqn", USERS, peers=PEERS),
    "users_8_copies": Cell("sampling", "idqn", USERS, copies=8),
    "servers_1_copy": Cell("sampling", "idqn", SERVERS, peers=PEERS),
    "servers_8_copies": Cell("sampling", "idqn", SERVERS, copies=8),
    "users_idqn": Cell("updates", "idqn", USERS),
    "users_vdn": Cell("updates", "vdn", USERS),
    "users_qmix": Cell("updates", "qmix", USERS),
    "servers_idqn": Cell("updates", "idqn", SERVERS),
    "servers_vdn": Cell("updates", "vdn", SERVERS),
    "servers_qmix": Cell("updates", "qmix", SERVERS),
    "maddpg_policy": Cell("updates", "maddpg", MOVERS, peers=("benchmarl",)),
    "maddpg_replay": Cell("updates", "maddpg", MOVERS, peers=PEERS[1:], others="replay"),
}


class TeamEnv(PreparedEnv):
    """The environment of a team; `joint` is all its observations in one array."""

    def __init__(self, team: Team, naming: str = "agent_{}") -> None:
        shown = np.random.default_rng(0).random((team.agents, team.features), np.float32)
        self.joint = shown.ravel()
        super().__init__(list(shown), team.observation_space, team.action_space, naming)
