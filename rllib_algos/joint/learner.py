"""What the learners of all joint algorithms share."""

from collections.abc import Iterable
from typing import Any

import torch
from ray.rllib.core.learner.torch.torch_learner import TorchLearner
from ray.rllib.core.rl_module.apis import TargetNetworkAPI
from torch import Tensor, nn

from rllib_algos.joint.losses import polyak
from rllib_algos.joint.processor import denormals_as_zero, keep_freed_memory, memory_as_found
from rllib_algos.joint.rl_modules import ACTORS, CENTRAL
from rllib_algos.joint.row_networks import EMBEDDINGS, split_embeddings

NUM_UPDATES = "num_updates"  # learner state: updates so far, which the delays count


class JointLearner(TorchLearner):
    """Splits a batch into updates and minimises named losses; algorithms say which.

    Subclasses implement `configure_optimizers_for_module` and `update_networks`.
    """

    config: Any  # a JointOffPolicyConfig; RLlib declares AlgorithmConfig

    def build(self) -> None:
        """Builds the modules, and after the optimizers the target networks."""
        if self.config.num_torch_threads:
            torch.set_num_threads(self.config.num_torch_threads)
        keep_freed_memory()
        super().build()
        self.make_targets()
        self.num_updates = 0
        self.generator = torch.Generator(device=self._device)
        if self.config.seed is not None:
            self.generator.manual_seed(self.config.seed)

    def make_targets(self) -> None:
        """Makes the target networks, which the optimizers do not know."""
        for module in (self.module[ACTORS], self.module[CENTRAL]):
            if isinstance(module, TargetNetworkAPI):
                module.make_target_networks()

    def update_networks(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Performs update number `self.num_updates` on one batch; returns losses by module."""
        raise NotImplementedError

    def minimize(
        self, module_id: str, optimizer: str, losses: Tensor, names: Iterable[str]
    ) -> None:
        """Takes one optimizer step on the sum of `losses` (n,), one per name.

        Raises:
            FloatingPointError: a loss is NaN or infinite; nothing has been changed then.
        """
        finite = torch.isfinite(losses.detach())
        if not finite.all():
            raise FloatingPointError(_not_finite(optimizer, losses, list(names)))
        names_of_both = (optimizer, f"{optimizer}_{EMBEDDINGS}")
        registered = self.get_optimizers_for_module(module_id)
        optimizers = [optim for name, optim in registered if name in names_of_both]
        params: Any = [p for optim in optimizers for p in self._optimizer_parameters[optim]]
        grads = dict(zip(params, torch.autograd.grad(losses.sum(), params), strict=True))
        if self.config.grad_clip:
            self._get_clip_function()(
                grads, grad_clip=self.config.grad_clip, grad_clip_by=self.config.grad_clip_by
            )
        for param, grad in grads.items():
            param.grad = grad
        for optim in optimizers:
            optim.step()
            optim.zero_grad(set_to_none=True)

    def update_targets(self) -> None:
        """Moves all target networks towards their sources by `tau`, Algorithm 1 line 20."""
        for module_id in (ACTORS, CENTRAL):
            module: Any = self.module[module_id].unwrapped()
            for source, target in module.get_target_network_pairs():
                polyak(source, target, self.config.tau)

    def add_optimizer(
        self, module_id: str, name: str, params: Iterable[nn.Parameter], lr: Any
    ) -> None:
        """Registers an Adam optimizer whose learning rate may be a number or a schedule."""
        params = list(params)
        optimizer = torch.optim.Adam(params, fused=True)
        self.register_optimizer(
            module_id=module_id,
            optimizer_name=name,
            optimizer=optimizer,
            params=params,
            lr_or_lr_schedule=lr,
        )

    def add_network_optimizers(
        self, module_id: str, name: str, networks: Iterable[nn.Module], lr: Any
    ) -> None:
        """Registers an optimizer for networks and, at `embedding_lr`, one for their embeddings.

        `minimize(module_id, name, ...)` steps both.
        """
        parts = [split_embeddings(network.named_parameters()) for network in networks]
        self.add_optimizer(module_id, name, [p for part in parts for p in part[0]], lr)
        embeddings = [p for part in parts for p in part[1]]
        if embeddings:
            rate = self.config.embedding_lr
            self.add_optimizer(module_id, f"{name}_{EMBEDDINGS}", embeddings, rate)

    def compute_loss_for_module(self, **kwargs: Any) -> Tensor:
        """Not used: the losses of joint algorithms span modules, see `update_networks`."""
        raise NotImplementedError("joint algorithms compute their losses in update_networks()")

    def get_state(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Returns RLlib's learner state, the update counter and the random stream."""
        state = super().get_state(*args, **kwargs)
        state[NUM_UPDATES] = self.num_updates
        state["generator"] = self.generator.get_state().numpy()
        return state

    def set_state(self, state: dict[str, Any]) -> None:
        """Restores `get_state`, older weights included."""
        # RLlib ignores weights with a number that is not larger than the current one.
        current, self._weights_seq_no = self._weights_seq_no, -1
        super().set_state(state)
        if self._weights_seq_no < 0:  # the state had no number
            self._weights_seq_no = current
        self.num_updates = state.get(NUM_UPDATES, self.num_updates)
        if "generator" in state:
            self.generator.set_state(torch.from_numpy(state["generator"]))

    def _update(self, batch: dict[str, Any], **kwargs: Any) -> tuple[Any, Any, Any]:
        # RLlib's hook for one update; a batch may hold several, which saves its overhead.
        data = dict(batch[CENTRAL].items())
        size = self.config.train_batch_size_per_learner
        losses: dict[str, Tensor] = {}
        # no cache: it would keep the rounded weights from before an optimizer's step
        rounding = torch.autocast(
            self._device.type, torch.bfloat16, enabled=self.config.bfloat16, cache_enabled=False
        )
        with denormals_as_zero(), memory_as_found(), rounding:
            for start in range(0, len(next(iter(data.values()))), size):
                self.num_updates += 1
                part = {name: values[start : start + size] for name, values in data.items()}
                losses.update(self.update_networks(part))
        self.metrics.log_value((CENTRAL, NUM_UPDATES), self.num_updates, reduce="max")
        return {}, losses, {}


def _not_finite(optimizer: str, losses: Tensor, names: list[str]) -> str:
    bad = [name for name, loss in zip(names, losses.tolist(), strict=True) if loss - loss != 0]
    return (
        f"the {optimizer} loss of {', '.join(bad)} must be finite, got {losses.tolist()}; lower "
        "the learning rates or reward_scale, or set grad_clip; the last checkpoint is intact"
    )
