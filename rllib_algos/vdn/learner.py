"""The loss of VDN: that of IDQN on the sum of all values (Sunehag et al. 2018)."""

from torch import Tensor

from rllib_algos.idqn.learner import IDQNLearner


class VDNLearner(IDQNLearner):
    """Learns the team's value, the sum of the agents' values, from the team's reward."""

    def mix(self, values: Tensor, fields: dict[str, Tensor], *, target: bool) -> Tensor:
        """Returns the sum over agents, (B, 1)."""
        return values.sum(-1, keepdim=True)
