"""Settings of algorithms whose policies may be networks that are applied to every row."""

from collections.abc import Sequence
from typing import Any

from ray.rllib.utils.from_config import NotProvided

from rllib_algos.joint.config import JointOffPolicyConfig, assign_provided
from rllib_algos.joint.layout import GroupLayout, TableShape
from rllib_algos.joint.row_networks import POOLINGS
from rllib_algos.joint.validation import (
    check_at_least,
    check_choice,
    check_learning_rate,
    check_switch,
    check_widths,
)

NETWORKS = ("mlp", "rows")


class RowNetworkConfig(JointOffPolicyConfig):
    """What algorithms with policy networks can be told of them; see `docs/algorithms/rows.md`."""

    def __init__(self, algo_class: Any = None) -> None:
        super().__init__(algo_class=algo_class)
        self.policy_network = "mlp"
        self.row_hiddens = (128, 128)
        self.row_embedding = 4
        self.row_pooling = "none"
        self.row_pairwise = False
        self.row_choice_features = 0
        self.embedding_lr = 1e-2

    def training(
        self,
        *,
        policy_network: Any = NotProvided,
        row_hiddens: Any = NotProvided,
        row_embedding: Any = NotProvided,
        row_pooling: Any = NotProvided,
        row_pairwise: Any = NotProvided,
        row_choice_features: Any = NotProvided,
        embedding_lr: Any = NotProvided,
        **kwargs: Any,
    ) -> "RowNetworkConfig":
        """Sets training parameters.

        Args:
            policy_network: "mlp": every agent has a network that sees its whole observation;
                "rows": one small network for all agents is applied to every row of the state (of
                environments with `row_owner()`), or to every agent's observation (where all are
                equal and choose once).
            row_hiddens: widths of the hidden layers of networks for rows.
            row_embedding: learned numbers per row and choice in networks for rows, for environments
                whose rows stay who they are; 0 for none, so that policies fit any number of rows.
            row_pooling: "none": a row is judged by itself; "mean" or "attention": also by what the
                other rows of the same owner have in common. Never by rows of others.
            row_pairwise: whether the network is evaluated once per row and choice, which costs as
                many times more as there are choices, instead of once per row.
            row_choice_features: how many numbers of each choice stand at the end of a row (1 in
                DJTCRA with `observe_eta`), which a pairwise network sees beside their choice alone.
            embedding_lr: learning rate of the embeddings; a number or a schedule.
            kwargs: those of `JointOffPolicyConfig.training`.
        """
        assign_provided(self, locals(), RowNetworkConfig.training)
        super().training(**kwargs)
        return self

    def validate(self) -> None:
        """Checks all settings."""
        super().validate()
        check_choice("policy_network", self.policy_network, NETWORKS)
        check_choice("row_pooling", self.row_pooling, POOLINGS)
        check_widths("row_hiddens", self.row_hiddens)
        check_at_least("row_embedding", self.row_embedding, 0)
        check_switch("row_pairwise", self.row_pairwise)
        check_at_least("row_choice_features", self.row_choice_features, 0)
        check_learning_rate("embedding_lr", self.embedding_lr)
        if self.row_choice_features and not self.row_pairwise:
            raise ValueError(
                "row_choice_features must be 0 with row_pairwise=False, where a row is seen whole, "
                f"got {self.row_choice_features}"
            )

    def network_arguments(self, layout: GroupLayout, hiddens: Sequence[int]) -> dict[str, Any]:
        """Returns the arguments of `Actors` that say what its networks are.

        Args:
            layout: how observations and actions are laid out.
            hiddens: widths of the hidden layers under policy_network="mlp".

        Raises:
            ValueError: the environment has no rows, or none to pool over.
        """
        if self.policy_network == "mlp":
            return {"hiddens": tuple(hiddens)}
        table = table_of(layout, "policy_network")
        if not table.owners and not layout.central and self.row_pooling != "none":
            raise ValueError(
                "row_pooling must be 'none' where every row is an agent of its own, which may not "
                f"know the rows of others, got {self.row_pooling!r}"
            )
        rows = {
            "embedding": self.row_embedding,
            "pooling": self.row_pooling,
            "pairwise": self.row_pairwise,
        }
        if self.row_choice_features:
            rows["choice_features"] = self._choice_features(table)
        return {"hiddens": tuple(self.row_hiddens), "rows": rows}

    def _choice_features(self, table: TableShape) -> int:
        """Returns `row_choice_features`; raises ValueError where rows are too short for it."""
        most = (table.features - 1) // table.width
        if self.row_choice_features > most:
            raise ValueError(
                f"row_choice_features must be at most {most} with rows of {table.features} numbers "
                f"and {table.width} choices, got {self.row_choice_features}; have the environment "
                "say more of the choices (DJTCRA: scenario.observation.observe_eta=true)"
            )
        return self.row_choice_features


def table_of(layout: GroupLayout, setting: str) -> TableShape:
    """Returns the table that networks for rows see.

    Args:
        layout: how observations and actions are laid out.
        setting: the setting that asks for such networks, for the error.

    Raises:
        ValueError: there is no such table.
    """
    if layout.table_shape is not None:
        return layout.table_shape
    first = layout.spaces.groups[0]
    raise ValueError(
        f"{setting} must be 'mlp' in this environment, got 'rows': it has neither row_owner() with "
        "MultiDiscrete([H] * R) or Box (R, H) actions, nor agents with equal observations of their "
        f"own and one Discrete choice each; its {layout.spaces.num_agents} agents form "
        f"{len(layout.spaces.groups)} kinds, the first of which does {first.action}"
    )
