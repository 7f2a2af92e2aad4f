"""Role ``reward``: what all servers are paid alike for an outcome."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from edgemarl.core.component import component

if TYPE_CHECKING:
    from edgemarl.mec.outcome import Outcome


class Reward(Protocol):
    """Pays every server the same."""

    def shared(self, outcome: "Outcome") -> float:
        """The reward of every agent."""
        ...


@component("mec.reward", "reciprocal")
@dataclass(frozen=True, kw_only=True)
class Reciprocal:
    """One over the objective, the reward of section IV.C."""

    def shared(self, outcome: "Outcome") -> float:
        """1 over the sum of Eq. (11) [1]."""
        return 1.0 / outcome.objective


@component("mec.reward", "negative_objective")
@dataclass(frozen=True, kw_only=True)
class NegativeObjective:
    """Minus the objective, whose mean over slots is minus the mean objective."""

    def shared(self, outcome: "Outcome") -> float:
        """Minus the sum of Eq. (11) [1]."""
        return -outcome.objective
