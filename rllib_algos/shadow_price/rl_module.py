"""The networks that the shadow-price learner trains; env runners get their moving average."""

from typing import Any

from ray.rllib.core.rl_module.torch.torch_rl_module import TorchRLModule
from torch import Tensor

from rllib_algos.joint.actors import Actors
from rllib_algos.joint.layouts import make_layout


class ValuesModule(TorchRLModule):
    """Values of all choices of all agents. `model_config`: that of `ActorsModule`."""

    def setup(self) -> None:
        """Builds the networks."""
        config = self.model_config
        layout = make_layout(config["spaces"], soft=config["soft"])
        self.values = Actors(layout, **config["actors"])

    def _forward(self, batch: dict[str, Tensor], **kwargs: Any) -> dict[str, Any]:
        return {"values": self.values(batch)}
