"""What agents see of the slots of many copies, and what they are paid and told."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgemarl.djtcra.batch_outcome import metrics_of_each, outcome_of
from edgemarl.djtcra.batch_slots import Slots
from edgemarl.djtcra.observations import NUM_FEATURES, RawRows, ScaledRows
from edgemarl.djtcra.outcome import METRICS, Outcome
from edgemarl.djtcra.prices import PRICED_QOE, priced_qoe
from edgemarl.djtcra.rewards import NegativeLatency, QoEReward
from edgemarl.djtcra.scenario import Scenario

Array = NDArray[np.float64]


class Rows:
    """The features of all users in many copies."""

    def __init__(self, scenario: Scenario) -> None:
        observation = scenario.observation
        width = observation.row_space(scenario).shape
        # Features beyond the nine look at servers, and other observations at whatever they like.
        self._together = type(observation) in (ScaledRows, RawRows) and width == (NUM_FEATURES,)

    def of(self, scenarios: Sequence[Scenario], slots: Slots) -> NDArray[np.float32]:
        """Rows (E, U, F) as :meth:`Observation.rows` has them for each copy."""
        if self._together:
            rows = scenarios[0].observation.rows(scenarios[0], slots.joint)
            return rows.reshape(*slots.ran.shape, NUM_FEATURES)
        return np.stack(
            [
                scenario.observation.rows(scenario, slots.state(copy))
                for copy, scenario in enumerate(scenarios)
            ]
        )


def reward_parts(scenario: Scenario, outcome: Outcome, slots: Slots) -> Array:
    """Each user's part of the reward, (E * U,)."""
    if type(scenario.reward) in (QoEReward, NegativeLatency):
        return scenario.reward.per_user(outcome)
    copies = range(len(slots.ran))
    each = [scenario.reward.per_user(outcome_of(outcome, slots, copy)) for copy in copies]
    return np.concatenate(each)


def slot_infos(outcome: Outcome | None, slots: Slots, *, prices: bool) -> dict[str, Array]:
    """The metrics of each copy's slot, (E,), and with `prices` the priced QoE (E, U)."""
    copies = len(slots.ran)
    infos: dict[str, Array] = {name: np.zeros(copies) for name in METRICS}
    if outcome is not None:
        infos |= metrics_of_each(outcome, copies)
    if prices:
        credit = np.zeros(slots.ran.shape) if outcome is None else priced_qoe(outcome)
        infos[PRICED_QOE] = credit.reshape(slots.ran.shape)
    return infos
