"""The layout of environments whose agents all observe the same (see `CommonObserver`).

Replay keeps the observation once instead of once for each agent.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from torch import Tensor

from rllib_algos.joint.layout import Arrays, Field, GroupLayout, Tensors
from rllib_algos.joint.protocols import BatchedEnv


class CommonLayout(GroupLayout):
    """One observation (O,) for all agents, and their actions per group."""

    @cached_property
    def observation_fields(self) -> dict[str, Field]:
        """The common observation."""
        return {"state": Field((self.state_size,), "float32")}

    @property
    def state_size(self) -> int:
        """Length of the common observation."""
        return self.spaces.groups[0].observation.size

    @property
    def table_shape(self) -> None:
        """None: no agent has a row of its own."""

    def encode(self, env: Any, observations: Mapping[str, Any]) -> Arrays:
        """Returns the first agent's observation, which is everybody's."""
        encoder = self.spaces.groups[0].observation
        return {"state": np.array(encoder.encode(observations[self.spaces.agents[0]]))}

    def encode_batch(self, batch: BatchedEnv) -> Arrays:
        """Returns the first agent's observations in all copies, (E, O)."""
        seen = np.asarray(batch.observations())[:, 0]
        return {"state": self.spaces.groups[0].observation.encode_array(seen, (len(seen),))}

    def actor_inputs(self, fields: Tensors) -> list[Tensor]:
        """Returns (n, B, O) per group, views of one tensor."""
        state = fields["state"]
        return [state.expand(len(g.agents), *state.shape) for g in self.spaces.groups]

    def state_vector(self, fields: Tensors) -> Tensor:
        """Returns (B, O)."""
        return fields["state"]

    def check(self, env: Any, observations: Mapping[str, Any]) -> None:
        """Raises ValueError where an environment's observes_alike() breaks its promise."""
        first = np.asarray(observations[self.spaces.agents[0]])
        for agent in self.spaces.agents:
            if not np.array_equal(first, np.asarray(observations[agent])):
                raise ValueError(
                    f"agent {agent!r} must observe what {self.spaces.agents[0]!r} does, as "
                    "observes_alike() says; its observation differs"
                )
