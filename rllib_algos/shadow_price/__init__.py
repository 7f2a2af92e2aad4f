"""Shadow-price learning: values of own choices, learned from what they are worth to everybody."""

from rllib_algos.shadow_price.algorithm import ShadowPrice, ShadowPriceConfig

__all__ = ["ShadowPrice", "ShadowPriceConfig"]
