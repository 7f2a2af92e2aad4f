"""The policies of all agents: stacked networks per group, and how they act. Torch only."""

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from rllib_algos.joint.exploration import (
    Exploration,
    explore_choices,
    explore_deterministic,
    explore_gaussian,
    explore_probabilities,
)
from rllib_algos.joint.layout import GroupLayout, NetworkSize, Tensors
from rllib_algos.joint.networks import Dueling, SharedMLP, StackedMLP
from rllib_algos.joint.policies import (
    Decision,
    as_logits,
    choice_log_prob,
    deterministic_decision,
    gaussian_decision,
    gaussian_log_prob,
    output_size,
    row_entropy,
    sampled_decision,
    softmax_decision,
)
from rllib_algos.joint.row_networks import RowNetwork
from rllib_algos.joint.spaces import Action, CategoricalAction


class Actors(nn.Module):
    """The networks that a layout asks for: one per agent, stacked per group, or one for all.

    Args:
        layout: how observations and actions are laid out.
        hiddens: widths of the hidden layers.
        gaussian: whether continuous policies are tanh-Gaussian instead of deterministic.
        shared: whether the agents of a group share one network that sees their index.
        dueling: whether networks put out the value of a row and the advantages of its choices.
        rows: embedding, pooling and pairwise of the one `RowNetwork` that acts for all agents
            instead; None for networks that see whole observations.
    """

    def __init__(
        self,
        layout: GroupLayout,
        hiddens: Sequence[int],
        *,
        gaussian: bool = False,
        shared: bool = False,
        dueling: bool = False,
        rows: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__()
        self.layout = layout
        self.hiddens = tuple(hiddens)
        self.gaussian, self.shared, self.dueling = gaussian, shared, dueling
        self.rows = None if rows is None else dict(rows)
        networks = map(self._network, layout.networks) if rows is None else [self._row_network()]
        self.nets = nn.ModuleList(networks)

    def _network(self, size: NetworkSize) -> nn.Module:
        kind = SharedMLP if self.shared else StackedMLP
        sizes = size.num, size.in_size, self.hiddens
        action = size.actions[0]
        if self.dueling and isinstance(action, CategoricalAction):
            rows, width = action.rows, action.width
            return Dueling(kind(*sizes, rows * (width + 1)), rows, width)
        return kind(*sizes, sum(output_size(a, self.gaussian) for a in size.actions))

    def _row_network(self) -> RowNetwork:
        table, central = self.layout.table_shape, self.layout.central
        assert table is not None
        assert self.rows is not None
        return RowNetwork(**table._asdict(), **self.rows, hiddens=self.hiddens, together=central)

    def forward(self, fields: Tensors) -> list[Tensor]:
        """Returns per group logits (B, n, M, H) or continuous outputs; see `layout.heads`."""
        if self.rows is not None:
            logits = self.nets[0](*self.layout.table(fields)).float()  # (B, R, H)
            return [logits.unflatten(1, (*self.layout.leads[0], -1))]
        inputs = self.layout.actor_inputs(fields)
        outputs = [net(x) for net, x in zip(self.nets, inputs, strict=True)]
        return self.layout.heads(outputs, fields)

    def of_choices(self, fields: Tensors, choices: Sequence[Tensor]) -> list[Tensor]:
        """Returns per group the outputs for given choices (B, n, M) of categorical actions.

        A network that is evaluated once per row and choice is evaluated for those alone.
        """
        if self.rows is not None and self.rows["pairwise"]:
            state, owner = self.layout.table(fields)
            values = self.nets[0](state, owner, choices[0].reshape(owner.shape))
            return [values.float().view_as(choices[0])]
        return [
            head.gather(-1, choice[..., None])[..., 0]
            for head, choice in zip(self(fields), choices, strict=True)
        ]

    def decide(self, fields: Tensors, generator: torch.Generator | None) -> list[Decision]:
        """Returns differentiable actions per group, as losses need them."""
        return [
            self._decision(action, head, generator)
            for action, head in zip(self.layout.actions, self(fields), strict=True)
        ]

    def judge(
        self, fields: Tensors, generator: torch.Generator | None
    ) -> tuple[list[Tensor], list[Tensor]]:
        """Returns per group log pi of the stored actions, and the policy's entropy [nat].

        Both are (B, n, M) for categorical actions and (B, n, 1) for continuous ones, which must be
        sampled ones (not probabilities) and Gaussian.
        """
        log_probs, entropies = [], []
        for action, name, head in zip(
            self.layout.actions, self.layout.action_fields, self(fields), strict=True
        ):
            if isinstance(action, CategoricalAction):
                log_probs.append(choice_log_prob(head, fields[name]))
                entropies.append(row_entropy(head))
            else:
                log_probs.append(gaussian_log_prob(head, fields[name]))
                entropies.append(gaussian_decision(head, generator).entropy)
        return log_probs, entropies

    def entropy(self, fields: Tensors, generator: torch.Generator | None) -> list[Tensor]:
        """Returns per group the entropies that `decide` reports, without drawing choices."""
        return [
            row_entropy(head)
            if isinstance(action, CategoricalAction)
            else self._decision(action, head, generator).entropy
            for action, head in zip(self.layout.actions, self(fields), strict=True)
        ]

    def greedy(self, fields: Tensors) -> list[Tensor]:
        """Returns what a policy that does not explore does, in the form replay stores."""
        return [
            self._greedy(action, head)
            for action, head in zip(self.layout.actions, self(fields), strict=True)
        ]

    def explore(
        self, fields: Tensors, noise: Exploration, generator: torch.Generator
    ) -> list[Tensor]:
        """Returns perturbed actions for collecting experience, in the form replay stores."""
        return [
            self._explore(action, head, noise, generator)
            for action, head in zip(self.layout.actions, self(fields), strict=True)
        ]

    def random(self, copies: int, generator: torch.Generator) -> list[Tensor]:
        """Returns uniformly random actions for `copies` environments, in the form replay stores."""
        return [
            self._random(action, (copies, *lead), generator)
            for action, lead in zip(self.layout.actions, self.layout.leads, strict=True)
        ]

    def _decision(
        self, action: Action, head: Tensor, generator: torch.Generator | None
    ) -> Decision:
        if isinstance(action, CategoricalAction):
            if self.layout.soft:
                return softmax_decision(head)
            return sampled_decision(head, generator)
        if self.gaussian:
            return gaussian_decision(head, generator)
        return deterministic_decision(head)

    def _greedy(self, action: Action, head: Tensor) -> Tensor:
        if isinstance(action, CategoricalAction):
            return torch.softmax(head, -1) if self.layout.soft else head.argmax(-1)
        return torch.tanh(head.chunk(2, -1)[0] if self.gaussian else head)

    def _random(self, action: Action, lead: tuple[int, ...], generator: torch.Generator) -> Tensor:
        device = generator.device
        if isinstance(action, CategoricalAction):
            logits = as_logits(action, torch.zeros(*lead, action.vector_size, device=device))
            return self._explore(action, logits, Exploration(epsilon=1.0), generator)
        uniform = torch.rand(*lead, action.vector_size, generator=generator, device=device)
        return 2 * uniform - 1

    def _explore(
        self, action: Action, head: Tensor, noise: Exploration, generator: torch.Generator
    ) -> Tensor:
        if isinstance(action, CategoricalAction):
            sample = explore_probabilities if self.layout.soft else explore_choices
            return sample(head, noise, generator)
        if self.gaussian:
            return explore_gaussian(head, generator)
        return explore_deterministic(head, noise, generator)
