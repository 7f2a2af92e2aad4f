"""Which layout serves which environment."""

from rllib_algos.joint.common import CommonLayout
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import JointSpaces


def make_layout(spaces: JointSpaces, *, soft: bool) -> GroupLayout:
    """Returns the layout that fits an environment's spaces.

    Args:
        spaces: of the environment.
        soft: as in `GroupLayout`.
    """
    if spaces.state_shape is not None:
        return RowLayout(spaces, soft=soft)
    return (CommonLayout if spaces.common_observation else GroupLayout)(spaces, soft=soft)
