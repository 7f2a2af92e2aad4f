"""The losses of COMA (Foerster et al. 2018) on the joint core's critic and actors."""

import torch
from torch import Tensor

from rllib_algos.joint.actor_critic import ActorCriticLearner
from rllib_algos.joint.losses import pessimistic
from rllib_algos.joint.policies import Decision


class COMALearner(ActorCriticLearner):
    """Actors ascend log pi(u) A(s, u): how much better an action is than the policy's average."""

    def actor_value(self, batch: dict[str, Tensor], decisions: list[Decision]) -> Tensor:
        """Returns log pi_n(u_n) A_n(s, u) for every agent, (N, B)."""
        layout = self.layout
        logits = self.actors_module.actors(batch)
        log_probs = layout.join([head.log_softmax(-1) for head in logits], batch)
        own = layout.own_parts(batch)[:, 0]  # (N, A)
        with torch.no_grad():
            action = layout.join([d.vector for d in decisions], batch).round()
            values = self.counterfactual_values(layout.state_vector(batch), action, own)
            advantage = counterfactual_advantage(values, action, log_probs.exp(), own)
        return ((action * log_probs) @ own.T * advantage).T

    def counterfactual_values(self, state: Tensor, action: Tensor, own: Tensor) -> Tensor:
        """Returns Q(s, (u_-n, c)) for every choice c of every agent n, (B, A).

        Args:
            state: (B, S).
            action: (B, A) the joint action u, one-hot for each agent.
            own: (N, A) 1 where the joint action is agent n's own.
        """
        same = own.T @ own  # (A, A) 1 where two choices are the same agent's
        changed = action * (1 - same)[:, None] + torch.eye(len(same), device=same.device)[:, None]
        critics = self.central_module.critics
        flat = critics(state.repeat(len(same), 1), changed.flatten(0, 1))
        return pessimistic(flat)[0].unflatten(0, (len(same), -1)).T


def counterfactual_advantage(values: Tensor, action: Tensor, probs: Tensor, own: Tensor) -> Tensor:
    """Returns Q(s, u) - sum_c pi_n(c) Q(s, (u_-n, c)) for every agent, (B, N): Eq. (4).

    Args:
        values: (B, A) of every choice, the others' actions fixed.
        action: (B, A) one-hot for each agent.
        probs: (B, A) of the policies.
        own: (N, A) 1 where the joint action is agent n's own.
    """
    return ((action - probs) * values) @ own.T
