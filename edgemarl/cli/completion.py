"""Names that the shell completes, after ``edgemarl --install-completion``."""

import contextlib
import glob
import io
import os
from collections.abc import Callable, Sequence

ASKED, BY_BASH = "_EDGEMARL_COMPLETE", "complete_bash"
SEPARATORS = ":="  # bash takes them for words of their own


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


def asked_by_bash() -> bool:
    """Whether this process was started to complete a line of bash."""
    return os.environ.get(ASKED) == BY_BASH


def answer_bash(command: Callable[[], None]) -> None:
    """Completes a line of bash, whose words end at colons and equals signs.

    The command sees whole words, such as ``pretrained:shadow``, and of its answers bash gets what
    stands in the place of its own last word. Where they are paths alone it gets none: it completes
    paths by itself, and on into folders.
    """
    parts, at = os.environ["COMP_WORDS"].split("\n"), int(os.environ["COMP_CWORD"])
    words, place = whole_words(parts, at)
    os.environ.update(COMP_WORDS="\n".join(words), COMP_CWORD=str(place))
    answers = io.StringIO()
    try:
        with contextlib.redirect_stdout(answers):
            command()
    finally:
        values = answers.getvalue().splitlines()
        kept = len(_value(words[place])) - len(parts[at].strip(SEPARATORS))
        if not all(os.path.exists(value) for value in values):
            print("\n".join(value[kept:] for value in values))


def whole_words(parts: Sequence[str], at: int) -> tuple[list[str], int]:
    """Words that separators divided, put together, and the place of the one with part `at`."""
    words: list[str] = []
    place, goes_on = 0, False
    for index, part in enumerate(parts):
        separates = part != "" and part.strip(SEPARATORS) == ""
        if words and (separates or goes_on):
            words[-1] += part
        else:
            words.append(part)
        goes_on = separates
        if index == at:
            place = len(words) - 1
    return words, place


def _value(word: str) -> str:
    """A word, or the value of an option where it holds one."""
    return word.partition("=")[2] if word.startswith("-") and "=" in word else word
