"""What `updates.py` updates: learners with random batches, without environments or runners."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from _peers_cases import BATCH, CELLS, MOVERS, SERVERS, Cell, Team, TeamEnv
from _peers_ours import settings

from rllib_algos import registry
from rllib_algos.joint.discovery import joint_spaces
from rllib_algos.joint.env_runner import JOINT_SPACES
from rllib_algos.joint.replay import NEXT
from rllib_algos.joint.rl_modules import CENTRAL
from rllib_algos.joint.spaces import CategoricalAction, Group, JointSpaces, Observation

PAPER_USERS, PAPER_SERVERS, PAPER_FEATURES = 100, 7, 9


@dataclass(frozen=True)
class Case:
    """One learner.

    Attributes:
        algorithm: its name.
        team: who learns in one of the cases of `_peers_cases.py`; None: the servers of the paper's
            scenario, who see the rows of its users.
        settings: of the algorithm.
        paper: whether the settings stand on what the paper prints.
    """

    algorithm: str
    team: Team | None
    settings: dict[str, Any] = field(default_factory=dict)
    paper: bool = False

    def __str__(self) -> str:
        users = f"{PAPER_SERVERS} servers, {PAPER_USERS} users, layers 256-256-256"
        return f"{self.algorithm}: {self.team or users}"

    @property
    def spaces(self) -> JointSpaces:
        """Of the agents."""
        return paper_spaces() if self.team is None else joint_spaces(TeamEnv(self.team))

    def learner(self, seed: int = 0) -> Any:
        """Makes the learner."""
        config: Any = registry.get_config(self.algorithm)
        if self.paper:
            config = config.paper()
        config = config.training(**self.settings, train_batch_size_per_learner=BATCH)
        config = config.debugging(seed=seed, log_level="ERROR")
        return config.build_learner(spaces={JOINT_SPACES: self.spaces})


def paper_spaces() -> JointSpaces:
    """The servers view."""
    action = CategoricalAction(
        sizes=(PAPER_SERVERS,) * PAPER_USERS,
        starts=(0,) * PAPER_USERS,
        shape=(PAPER_USERS,),
        dtype="int64",
    )
    observation = Observation(size=PAPER_USERS * PAPER_FEATURES)
    group = Group(agents=tuple(range(PAPER_SERVERS)), observation=observation, action=action)
    names = tuple(f"server_{i}" for i in range(PAPER_SERVERS))
    shape = PAPER_USERS, PAPER_FEATURES
    return JointSpaces(agents=names, groups=(group,), state_shape=shape)


def batch(learner: Any, size: int) -> dict[str, dict[str, torch.Tensor]]:
    """Random joint transitions as the learner's hook for updates takes them."""
    layout, rng = learner.actors_module.actors.layout, np.random.default_rng(0)
    agents = layout.spaces.num_agents
    fields: dict[str, np.ndarray] = {}
    for prefix in ("", NEXT):
        for name, f in layout.observation_fields.items():
            high = agents if f.dtype.startswith("int") else 1
            fields[prefix + name] = (high * rng.random((size, *f.shape))).astype(f.dtype)
    for name, f in layout.action_fields.items():
        whole = f.dtype.startswith(("uint", "int"))
        high = layout.actions[0].width if whole else 1
        fields[name] = (high * rng.random((size, *f.shape))).astype(f.dtype)
    fields["rewards"] = np.repeat(rng.random((size, 1), np.float32), agents, 1)
    fields["terminated"] = np.zeros(size, np.float32)
    return {CENTRAL: {name: torch.from_numpy(values) for name, values in fields.items()}}


def _cases() -> dict[str, Case]:
    found = {
        name: Case(cell.algorithm, cell.team, settings(cell))
        for name, cell in CELLS.items()
        if cell.kind == "updates"
    }
    for name, team in (("servers_ma_maxent", SERVERS), ("movers_ma_maxent", MOVERS)):
        found[name] = Case("ma_maxent", team, settings(Cell("updates", "maddpg", team)))
    for name in ("idqn", "vdn"):
        found[f"paper_{name}"] = Case(name, None, paper=True)
    for name in ("maddpg", "ma_maxent"):
        found[f"paper_{name}"] = Case(name, None, {"actor_delay": 2}, paper=True)
    return found


CASES = _cases()
