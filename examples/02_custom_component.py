"""Swaps two components of a scenario, the channel and the observation, and touches nothing else.

How to run:     python examples/02_custom_component.py
How long:       seconds (half a minute the first time, when the solver is compiled)
What to expect: observations with two features for each user, and a system QoE that falls as the
                path loss grows faster with distance.

A component is a frozen dataclass with the methods of its role's protocol (`Channel` in
`edgemarl/core/channel.py`, `Observation` in `edgemarl/djtcra/observations.py`, and so on).
Mobility, arrivals, QoE, allocation and reward are swapped in the same way.
"""

from dataclasses import dataclass

import numpy as np
from gymnasium.spaces import Box

import edgemarl
from edgemarl.djtcra import Scenario, State, load_scenario


@dataclass(frozen=True, kw_only=True)
class LogDistance:
    """Path loss that grows by 10 * exponent dB for each tenfold of the distance."""

    exponent: float  # [1]
    at_one_metre: float = 46.4  # [dB] free space at 5 GHz

    def path_loss(self, distance: np.ndarray) -> np.ndarray:
        """Path loss [dB] at a ground distance [m]."""
        return self.at_one_metre + 10.0 * self.exponent * np.log10(distance)


@dataclass(frozen=True, kw_only=True)
class VolumeAndDistance:
    """Shows of each user the size of the task and the distance, both between 0 and 1."""

    def row_space(self, scenario: Scenario) -> Box:
        """Space of one user's row."""
        return Box(0.0, 1.0, (2,), np.float32)

    def rows(self, scenario: Scenario, state: State) -> np.ndarray:
        """The rows of all users, (U, 2); zero is reserved for users of other servers."""
        volume = state.volume / state.volume.max()
        distance = state.distance / scenario.mobility.distance[1]
        return np.stack([volume, distance], axis=1).astype(np.float32)


def main() -> None:
    """Compare three channels under the same rule, on the same slots."""
    tiny = load_scenario("tiny").with_overrides({"observation": VolumeAndDistance()})
    env = edgemarl.make("djtcra-servers-v0", scenario=tiny)
    observations, _ = env.reset(seed=0)
    print(f"server_0 observes {observations['server_0'].shape} (users, features)")
    for exponent in (2.0, 3.0, 4.0):
        scenario = tiny.with_overrides({"channel": LogDistance(exponent=exponent)})
        evaluation = edgemarl.evaluate("nearest", scenario, slots=50)
        print(f"path loss exponent {exponent}: system QoE {evaluation.mean('system_qoe'):.2f}")


if __name__ == "__main__":
    main()
