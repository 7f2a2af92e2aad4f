"""Names that the shell completes, after ``edgemarl --install-completion``."""

import glob
import os
from collections.abc import Callable


def environments(incomplete: str) -> list[str]:
    """Ids of environments."""
    from edgemarl.registry import sources

    return [name for name in sources() if name.startswith(incomplete)]


def scenarios(incomplete: str) -> list[str]:
    """Presets of all systems, and files and folders."""
    from edgemarl.registry import systems

    presets = dict.fromkeys(name for system in systems() for name in system.scenarios)
    return [name for name in presets if name.startswith(incomplete)] + _paths(incomplete)


def policies(incomplete: str) -> list[str]:
    """Rules of all systems, policies that come with the package, and folders."""
    from edgemarl.experiments.pretrained import all_pretrained
    from edgemarl.registry import systems

    rules = dict.fromkeys(name for system in systems() for name in system.baselines.names())
    known = [*rules, *dict.fromkeys(one.policy for one in all_pretrained())]
    folders = _paths(incomplete, os.path.isdir)
    return [name for name in known if name.startswith(incomplete)] + folders


def algorithms(incomplete: str) -> list[str]:
    """Learners; none where what they need is not installed."""
    from edgemarl.core.extras import MissingExtraError, require_extra

    try:
        require_extra("rllib", "training")
    except MissingExtraError:
        return []
    from rllib_algos import registry

    return [name for name in registry.names() if name.startswith(incomplete)]


def studies(incomplete: str) -> list[str]:
    """Figures and tables, and what lists them."""
    from edgemarl.experiments.reproduction.catalog import STUDIES

    return [name for name in ("list", *STUDIES) if name.startswith(incomplete)]


def _paths(incomplete: str, wanted: Callable[[str], bool] = os.path.exists) -> list[str]:
    """Files and folders whose paths begin so; folders end with a slash."""
    found = sorted(path for path in glob.glob(f"{glob.escape(incomplete)}*") if wanted(path))
    return [f"{path}{os.sep}" if os.path.isdir(path) else path for path in found]
