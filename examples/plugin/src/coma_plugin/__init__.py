"""Counterfactual multi-agent policy gradients, and a small environment to try them on."""

from coma_plugin.algorithm import COMA, COMAConfig

__all__ = ["COMA", "COMAConfig"]
