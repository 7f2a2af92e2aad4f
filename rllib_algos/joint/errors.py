"""Errors of environments."""


class JointEnvError(RuntimeError):
    """An environment could not be made, or failed while it was reset or stepped."""
