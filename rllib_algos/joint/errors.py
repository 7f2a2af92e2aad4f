"""Errors of environments."""

from collections.abc import Iterator
from contextlib import contextmanager


class JointEnvError(RuntimeError):
    """An environment could not be made, or failed while it was reset or stepped."""


@contextmanager
def blamed(what: str) -> Iterator[None]:
    """Raises whatever is raised within as a `JointEnvError` that says what failed.

    Args:
        what: that failed, as in "environment copy 2 failed in reset".
    """
    try:
        yield
    except Exception as error:
        raise JointEnvError(f"{what}: {type(error).__name__}: {error}") from error
