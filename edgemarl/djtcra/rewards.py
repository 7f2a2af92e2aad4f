"""Role ``reward``: what agents are paid for an outcome."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from edgemarl.core.component import component
from edgemarl.core.validation import check_choice, check_positive

if TYPE_CHECKING:
    from edgemarl.djtcra.outcome import Outcome

SCOPES = ("shared", "local")


class Reward(Protocol):
    """Pays every user's part: the sum to all agents, or to each agent its own."""

    @property
    def scope(self) -> str:
        """``"shared"`` or ``"local"``."""
        ...

    def per_user(self, outcome: "Outcome") -> NDArray[np.float64]:
        """Each user's part of the reward, (U,); zero for idle users."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Scoped:
    scope: str = "shared"

    def __post_init__(self) -> None:
        """Check the scope."""
        check_choice("scope", self.scope, SCOPES)


@component("reward", "qoe")
@dataclass(frozen=True, kw_only=True)
class QoEReward(_Scoped):
    """System QoE, Eq. (23): shared R = sum of QoE, local r^h = sum over the connected users."""

    def per_user(self, outcome: "Outcome") -> NDArray[np.float64]:
        """The user's QoE [1]."""
        return outcome.qoe


@component("reward", "negative_latency")
@dataclass(frozen=True, kw_only=True)
class NegativeLatency(_Scoped):
    """Minus latency over a unit: the QoS objective that QoE is to improve on."""

    unit: float = 0.350  # [s] latency that costs 1

    def __post_init__(self) -> None:
        """Check the scope and the unit."""
        super().__post_init__()
        check_positive("unit", self.unit)

    def per_user(self, outcome: "Outcome") -> NDArray[np.float64]:
        """Minus the user's latency in units [1]."""
        return -outcome.latency / self.unit
