"""Optional dependencies: what to install when one is missing."""

import importlib.util

_MODULES = {
    "rllib": ("ray", "torch", "safetensors"),
    "viz": ("matplotlib",),
    "video": ("matplotlib", "imageio_ffmpeg"),
    "report": ("plotly", "jinja2"),
    "search": ("pymoo",),
    "optuna": ("optuna",),
    "wandb": ("wandb",),
    "mlflow": ("mlflow",),
}


class MissingExtraError(ImportError):
    """A package of an optional extra is not installed."""


def require_extra(extra: str, purpose: str) -> None:
    """Check that an extra's packages are installed, without importing them.

    Args:
        extra: the extra's name, such as "rllib" or "viz".
        purpose: what needs it, to begin the message with.

    Raises:
        MissingExtraError: saying what to install.
    """
    missing = [name for name in _MODULES[extra] if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingExtraError(
            f"{purpose} needs {', '.join(missing)}: pip install 'edgemarl[{extra}]'"
        )
