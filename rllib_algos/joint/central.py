"""Layouts by which one network sees all observations side by side and puts out all actions.

What replay stores and what the environment is given stay those of the layouts without a centre.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from torch import Tensor

from rllib_algos.joint.common import CommonLayout
from rllib_algos.joint.layout import Arrays, GroupLayout, NetworkSize, Tensors, head_outputs
from rllib_algos.joint.policies import output_size
from rllib_algos.joint.protocols import BatchedEnv
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import JointSpaces


class CentralLayout(GroupLayout):
    """One network for all agents: from the joint observation to the joint action.

    It puts out the actions group after group, in each group agent after agent.
    """

    central = True

    @property
    def networks(self) -> list[NetworkSize]:
        """The one network: from (B, S) to the actions of all agents."""
        pairs = zip(self.actions, self.leads, strict=True)
        actions = tuple(action for action, lead in pairs for _ in range(math.prod(lead)))
        return [NetworkSize(1, self.state_size, actions)]

    def actor_inputs(self, fields: Tensors) -> list[Tensor]:
        """Returns [(1, B, S)]: what critics see."""
        return [self.state_vector(fields)[None]]

    def heads(self, outputs: Sequence[Tensor], fields: Tensors) -> list[Tensor]:
        """Returns per group logits (B, n, M, H) or continuous outputs (B, n, D or 2 D)."""
        (joint,) = outputs[0]  # (B, ...)
        gaussian = joint.shape[-1] > self.action_size
        counts = [math.prod(lead) for lead in self.leads]
        sizes = [output_size(action, gaussian) for action in self.actions]
        parts = joint.split([n * size for n, size in zip(counts, sizes, strict=True)], -1)
        return [
            head_outputs(action, part.unflatten(-1, (*lead, size)))
            for action, part, lead, size in zip(self.actions, parts, self.leads, sizes, strict=True)
        ]


class CentralCommonLayout(CentralLayout, CommonLayout):
    """The same where all agents observe the same, which the network then sees once."""


class CentralRowLayout(CentralLayout, RowLayout):
    """The same where the state is a table: the network puts out one action per row.

    The table is put together from what the agents observe, so that a loaded policy needs no
    environment; rows of nobody are zeros.
    """

    def encode(self, env: Any, observations: Mapping[str, Any]) -> Arrays:
        """Returns the table, and its owners as the environment, if there is one, says."""
        fields = self.observed(observations)
        if env is not None:
            fields["owner"] = np.array(env.unwrapped.row_owner(), fields["owner"].dtype)
        return fields

    def encode_batch(self, batch: BatchedEnv) -> Arrays:
        """Returns the same for all copies, (E, ...)."""
        fields = super().encode_batch(batch)
        fields["state"][fields["owner"] < 0] = 0.0
        return fields


def central_layout(spaces: JointSpaces, *, soft: bool) -> CentralLayout:
    """Returns the layout with one network that fits an environment's spaces.

    Args:
        spaces: of the environment.
        soft: as in `GroupLayout`.
    """
    if spaces.state_shape is not None:
        return CentralRowLayout(spaces, soft=soft)
    return (CentralCommonLayout if spaces.common_observation else CentralLayout)(spaces, soft=soft)
