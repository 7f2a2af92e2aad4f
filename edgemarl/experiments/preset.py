"""Named sets of an algorithm's settings, such as those that its paper prints."""

from typing import Any

from edgemarl.core.extras import require_extra
from edgemarl.core.validation import check_choice

PRESETS = ("paper",)


def preset_settings(algorithm: str, preset: str) -> dict[str, Any]:
    """The settings of a preset that differ from the algorithm's defaults.

    A preset is a method of the algorithm's config, as ``config.paper()``.

    Args:
        algorithm: a registered algorithm's name.
        preset: one of `PRESETS`.

    Raises:
        MissingExtraError: if ray or torch is not installed.
        ValueError: for an unknown algorithm or preset, or an algorithm that has none.
    """
    require_extra("rllib", "an algorithm's preset")
    check_choice("preset", preset, PRESETS)
    from edgemarl.experiments.backend import settings_of
    from rllib_algos import registry

    usual, changed = registry.get_config(algorithm), registry.get_config(algorithm)
    change = getattr(changed, preset, None)
    if change is None:
        raise ValueError(
            f"algorithm {algorithm!r} has no preset {preset!r}: no paper's settings are known for "
            "it; give them with --set algo.KEY=VALUE"
        )
    change()
    names = [name for name in settings_of(usual) if hasattr(usual, name)]
    pairs = {name: (getattr(usual, name), getattr(changed, name)) for name in names}
    return {name: new for name, (old, new) in pairs.items() if new != old}
