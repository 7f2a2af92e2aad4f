"""How joint observations and actions are stored, shown to networks, and handed to environments.

`GroupLayout` serves every environment: per group of agents, observations (n, O) and actions.
`RowLayout` (see `rows.py`) serves environments whose state is a table with one owner per row,
`CommonLayout` (see `common.py`) those whose agents all observe the same. In each, one network
may act for all agents (see `central.py`).
Tensors have the batch first; only networks see the agents first.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import torch
from torch import Tensor

from rllib_algos.joint.policies import as_logits, one_hot
from rllib_algos.joint.protocols import BatchedEnv, BatchStep
from rllib_algos.joint.spaces import Action, CategoricalAction, JointSpaces

Arrays = dict[str, np.ndarray]
Tensors = Mapping[str, Tensor]


class Field(NamedTuple):
    """One array that replay keeps per step."""

    shape: tuple[int, ...]
    dtype: str


class NetworkSize(NamedTuple):
    """What networks that are evaluated together see and put out."""

    num: int  # how many
    in_size: int  # length of what each sees
    actions: tuple[Action, ...]  # which each puts out, in this order


class TableShape(NamedTuple):
    """What networks for rows see of a joint observation, see `row_networks.py`."""

    rows: int  # R
    features: int  # F
    width: int  # H, choices of a row
    owners: int  # who may own a row; 0: every row is an agent of its own


class GroupLayout:
    """Observations and actions of all agents, stacked per group of equal agents.

    Args:
        spaces: of the environment.
        soft: whether categorical actions are kept as probabilities (the softmax relaxation)
            instead of the choice that was sampled.
    """

    central = False  # whether one network acts for all agents

    def __init__(self, spaces: JointSpaces, *, soft: bool) -> None:
        self.spaces = spaces
        self.soft = soft
        self.actions: tuple[Action, ...] = tuple(group.action for group in spaces.groups)
        order = [agent for group in spaces.groups for agent in group.agents]
        self._position = torch.tensor(np.argsort(order), dtype=torch.long)
        self._names = [tuple(spaces.agents[a] for a in group.agents) for group in spaces.groups]

    @cached_property
    def observation_fields(self) -> dict[str, Field]:
        """What is stored of a joint observation."""
        return {
            f"observations_{i}": Field((len(g.agents), g.observation.size), "float32")
            for i, g in enumerate(self.spaces.groups)
        }

    @cached_property
    def action_fields(self) -> dict[str, Field]:
        """What is stored of a joint action."""
        fields = {}
        for i, group in enumerate(self.spaces.groups):
            shape, dtype = stored_action(group.action, self.soft)
            fields[f"actions_{i}"] = Field((len(group.agents), *shape), dtype)
        return fields

    @property
    def networks(self) -> list[NetworkSize]:
        """The networks of the policies: per group, one for each agent."""
        return [
            NetworkSize(len(g.agents), g.observation.size, (g.action,)) for g in self.spaces.groups
        ]

    @property
    def leads(self) -> list[tuple[int, ...]]:
        """Dimensions between batch and action of what is stored, per group: (n,)."""
        return [(len(group.agents),) for group in self.spaces.groups]

    @property
    def state_size(self) -> int:
        """Length of the joint observation as critics see it."""
        return sum(len(g.agents) * g.observation.size for g in self.spaces.groups)

    @property
    def action_size(self) -> int:
        """Length of the joint action as critics see it."""
        return sum(len(g.agents) * g.action.vector_size for g in self.spaces.groups)

    @property
    def table_shape(self) -> TableShape | None:
        """The table whose rows are the agents, if all are equal and choose once; else None."""
        if len(self.actions) != 1:
            return None
        (group,), (action,) = self.spaces.groups, self.actions
        if not isinstance(action, CategoricalAction) or action.rows != 1:
            return None
        return TableShape(len(group.agents), group.observation.size, action.width, 0)

    def table(self, fields: Tensors) -> tuple[Tensor, Tensor]:
        """Returns the table (B, R, F) that `table_shape` describes, and its owners (B, R)."""
        state = fields["observations_0"]
        return state, torch.zeros(state.shape[:2], dtype=torch.long, device=state.device)

    def encode(self, env: Any, observations: Mapping[str, Any]) -> Arrays:
        """Returns the fields of one joint observation."""
        return {
            f"observations_{i}": group.observation.encode_all([observations[a] for a in names])
            for i, (group, names) in enumerate(zip(self.spaces.groups, self._names, strict=True))
        }

    def actor_inputs(self, fields: Tensors) -> list[Tensor]:
        """Returns (n, B, O) per group."""
        return [fields[name].transpose(0, 1) for name in self.observation_fields]

    def heads(self, outputs: Sequence[Tensor], fields: Tensors) -> list[Tensor]:
        """Returns per group logits (B, n, M, H) or continuous outputs (B, n, D or 2 D)."""
        return [
            head_outputs(action, out.transpose(0, 1))
            for action, out in zip(self.actions, outputs, strict=True)
        ]

    def state_vector(self, fields: Tensors) -> Tensor:
        """Returns (B, S): all observations side by side."""
        return torch.cat([fields[name].flatten(1) for name in self.observation_fields], -1)

    def stored_vectors(self, fields: Tensors) -> list[Tensor]:
        """Returns per group the stored actions as critics see them, (B, n, V)."""
        return [
            action_vector(action, fields[name], self.soft)
            for action, name in zip(self.actions, self.action_fields, strict=True)
        ]

    def join(self, vectors: Sequence[Tensor], fields: Tensors) -> Tensor:
        """Returns (B, A): the actions of all agents side by side."""
        return torch.cat([v.flatten(1) for v in vectors], -1)

    def own_parts(self, fields: Tensors) -> Tensor:
        """Returns (N, 1, A) float: 1 where the joint action is agent n's own."""
        device = next(iter(fields.values())).device
        blocks = [torch.ones(1, g.action.vector_size) for g in self.spaces.groups for _ in g.agents]
        return torch.block_diag(*blocks)[self._position, None].to(device)

    def per_agent(self, values: Sequence[Tensor], fields: Tensors) -> Tensor:
        """Returns (B, N): per-row values (B, n, M) of every group, summed per agent."""
        sums = torch.cat([v.sum(-1) for v in values], -1)
        return sums.index_select(-1, self._position.to(sums.device))

    def encode_batch(self, batch: BatchedEnv) -> Arrays:
        """Returns the fields of all copies, (E, ...); all agents have equal spaces."""
        lead = batch.num_envs, self.spaces.num_agents
        encoder = self.spaces.groups[0].observation
        return {"observations_0": encoder.encode_array(batch.observations(), lead)}

    def step_batch(self, batch: BatchedEnv, stored: Sequence[np.ndarray]) -> BatchStep:
        """Steps all copies with stored joint actions (E, ...); all agents have equal spaces."""
        actions = decode_array(self.actions[0], stored[0].reshape(-1, *stored[0].shape[2:]))
        return batch.step(actions.reshape(*stored[0].shape[:2], *self.actions[0].shape))

    def check(self, env: Any, observations: Mapping[str, Any]) -> None:
        """Raises ValueError where first observations break a promise of the environment."""

    def env_actions(self, stored: Sequence[np.ndarray], copy: int) -> dict[str, Any]:
        """Returns what environment `copy` is given: agent name to action."""
        actions: dict[str, Any] = {}
        for names, action, values in zip(self._names, self.actions, stored, strict=True):
            actions.update(zip(names, decode_actions(action, values[copy]), strict=True))
        return actions


def stored_action(action: Action, soft: bool) -> tuple[tuple[int, ...], str]:
    """Returns shape and dtype with which replay keeps one agent's action."""
    if not isinstance(action, CategoricalAction):
        return (action.vector_size,), "float32"
    if soft:
        return (action.rows, action.width), "float16"
    return (action.rows,), "uint8" if action.width <= 256 else "int32"


def head_outputs(action: Action, outputs: Tensor) -> Tensor:
    """Returns logits (..., M, H) of a categorical action, and continuous outputs unchanged."""
    return as_logits(action, outputs) if isinstance(action, CategoricalAction) else outputs


def action_vector(action: Action, stored: Tensor, soft: bool) -> Tensor:
    """Returns stored actions as critics see them, (..., V)."""
    if not isinstance(action, CategoricalAction):
        return stored
    if soft:
        return stored.float().flatten(-2)
    return one_hot(stored, action.width).flatten(-2)


def decode_actions(action: Action, stored: np.ndarray) -> Any:
    """Returns actions in the environment's own space, one per entry of the first dimension.

    Args:
        action: the space.
        stored: choices (n, M), probabilities (n, M, H) or numbers in [-1, 1] (n, D).
    """
    decoded = decode_array(action, stored)
    scalar = isinstance(action, CategoricalAction) and action.shape == ()
    return decoded.tolist() if scalar else decoded


def decode_array(action: Action, stored: np.ndarray) -> np.ndarray:
    """Returns the same as `decode_actions` in one array, (n, *shape)."""
    if not isinstance(action, CategoricalAction):
        low, high = np.asarray(action.low), np.asarray(action.high)
        value = np.clip(low + (stored.astype(float) + 1) / 2 * (high - low), low, high)
        return value.reshape(-1, *action.shape).astype(action.dtype)
    soft = stored.ndim == 3
    if action.probabilities:
        matrices = stored if soft else np.eye(action.width)[stored]
        return matrices.astype(action.dtype)
    choices = stored.argmax(-1) if soft else stored
    if any(action.starts):
        choices = choices.astype(np.int64) + np.asarray(action.starts)
    return choices.reshape(-1, *action.shape).astype(action.dtype)
