"""The layout of environments whose state is a table with one owner per row (see `RowOwner`).

Replay keeps the table once and one action per row; what each agent observes is rebuilt by masking.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from rllib_algos.joint.layout import (
    Arrays,
    Field,
    GroupLayout,
    TableShape,
    Tensors,
    action_vector,
    decode_actions,
    decode_array,
    head_outputs,
    stored_action,
)
from rllib_algos.joint.protocols import BatchedEnv, BatchStep
from rllib_algos.joint.spaces import CategoricalAction, JointSpaces


class RowLayout(GroupLayout):
    """One table (R, F), the owner of every row, and one action per row."""

    def __init__(self, spaces: JointSpaces, *, soft: bool) -> None:
        super().__init__(spaces, soft=soft)
        assert spaces.state_shape is not None
        self.rows, self.features = spaces.state_shape

    @cached_property
    def observation_fields(self) -> dict[str, Field]:
        """The table and its owners; -1 is nobody."""
        small = self.spaces.num_agents <= 127
        return {
            "state": Field((self.rows, self.features), "float32"),
            "owner": Field((self.rows,), "int8" if small else "int16"),
        }

    @cached_property
    def action_fields(self) -> dict[str, Field]:
        """One action per row."""
        return {"actions": Field(*stored_action(self.actions[0], self.soft))}

    @property
    def leads(self) -> list[tuple[int, ...]]:
        """Nothing stands between batch and action: there is one joint action."""
        return [()]

    @property
    def state_size(self) -> int:
        """Length of the flat table, R * F."""
        return self.rows * self.features

    @property
    def action_size(self) -> int:
        """Length of the flat joint action, R * H."""
        return self.actions[0].vector_size

    @property
    def table_shape(self) -> TableShape | None:
        """The table; None where rows differ in their choices."""
        action = self.actions[0]
        if not isinstance(action, CategoricalAction) or action.ragged:
            return None
        return TableShape(self.rows, self.features, action.width, self.spaces.num_agents)

    def table(self, fields: Tensors) -> tuple[Tensor, Tensor]:
        """Returns the table (B, R, F) and its owners (B, R)."""
        return fields["state"], fields["owner"]

    def encode(self, env: Any, observations: Mapping[str, Any]) -> Arrays:
        """Returns the table and its owners as they are now; without an environment, as observed."""
        if env is None:
            return self.observed(observations)
        base = env.unwrapped
        return {
            "state": np.array(base.state(), np.float32),
            "owner": np.array(base.row_owner(), self.observation_fields["owner"].dtype),
        }

    def encode_batch(self, batch: BatchedEnv) -> Arrays:
        """Returns the tables of all copies (E, R, F) and their owners (E, R)."""
        return {
            "state": np.array(batch.state(), np.float32),
            "owner": np.array(batch.row_owner(), self.observation_fields["owner"].dtype),
        }

    def actor_inputs(self, fields: Tensors) -> list[Tensor]:
        """Returns [(N, B, R * F)]: each agent's rows, zeros elsewhere."""
        owned = self._owned(fields)
        return [(fields["state"] * owned[..., None]).flatten(2)]

    def heads(self, outputs: Sequence[Tensor], fields: Tensors) -> list[Tensor]:
        """Returns [(B, R, H)]: for every row the logits that its owner gave it."""
        logits = head_outputs(self.actions[0], outputs[0])  # (N, B, R, H)
        owner = fields["owner"].long().clamp(min=0)  # a row of nobody gets anybody's logits
        index = owner[None, ..., None].expand(1, *logits.shape[1:])
        return [logits.gather(0, index)[0]]

    def state_vector(self, fields: Tensors) -> Tensor:
        """Returns (B, R * F)."""
        return fields["state"].flatten(1)

    def stored_vectors(self, fields: Tensors) -> list[Tensor]:
        """Returns [(B, R * H)]."""
        return [action_vector(self.actions[0], fields["actions"], self.soft)]

    def join(self, vectors: Sequence[Tensor], fields: Tensors) -> Tensor:
        """Returns (B, R * H), exact zeros where a row belongs to nobody."""
        taken = (fields["owner"] >= 0)[..., None]
        rows = vectors[0].unflatten(-1, (self.rows, -1))
        return (rows * taken).flatten(1)

    def own_parts(self, fields: Tensors) -> Tensor:
        """Returns (N, B, R * H) float: 1 where the joint action is agent n's own."""
        width = self.action_size // self.rows
        return self._owned(fields).float().repeat_interleave(width, -1)

    def per_agent(self, values: Sequence[Tensor], fields: Tensors) -> Tensor:
        """Returns (B, N): per-row values (B, R), summed over the rows that an agent owns."""
        return (self._owned(fields) * values[0]).sum(-1).transpose(0, 1)

    def env_actions(self, stored: Sequence[np.ndarray], copy: int) -> dict[str, Any]:
        """Returns the same joint action for every agent; only its own rows count."""
        action = decode_actions(self.actions[0], stored[0][copy : copy + 1])[0]
        return dict.fromkeys(self.spaces.agents, action)

    def step_batch(self, batch: BatchedEnv, stored: Sequence[np.ndarray]) -> BatchStep:
        """Steps all copies with what was chosen for each row, (E, R) or (E, R, H)."""
        return batch.step_rows(decode_array(self.actions[0], stored[0]))

    def check(self, env: Any, observations: Mapping[str, Any]) -> None:
        """Raises ValueError where an environment's row_owner() breaks its promise."""
        fields = self.encode(env, observations)
        for name, field in self.observation_fields.items():
            if fields[name].shape != field.shape:
                raise ValueError(f"{name} must have shape {field.shape}, got {fields[name].shape}")
        owner = fields["owner"]
        if owner.min() < -1 or owner.max() >= self.spaces.num_agents:
            raise ValueError(
                f"row_owner() must lie in -1..{self.spaces.num_agents - 1}, got {owner.tolist()}"
            )
        for n, agent in enumerate(self.spaces.agents):
            rebuilt = fields["state"] * (owner == n)[:, None]
            if not np.array_equal(rebuilt, np.asarray(observations[agent], np.float32)):
                raise ValueError(
                    f"agent {agent!r} must observe the rows of state() that row_owner() gives it "
                    "and exact zeros elsewhere; its observation differs"
                )

    def observed(self, observations: Mapping[str, Any]) -> Arrays:
        """Returns the table and its owners from observations alone.

        A row is whose observation of it is not zero, and nobody's if there is no such agent.
        """
        seen = np.array([observations[agent] for agent in self.spaces.agents], np.float32)
        taken = seen.any(-1)  # (N, R)
        owner = np.where(taken.any(0), taken.argmax(0), -1)
        return {"state": seen.sum(0), "owner": owner.astype(self.observation_fields["owner"].dtype)}

    def _owned(self, fields: Tensors) -> Tensor:
        """Returns (N, B, R) bool."""
        agents = torch.arange(self.spaces.num_agents, device=fields["owner"].device)
        return fields["owner"] == agents[:, None, None]
