"""Which layout serves which environment."""

from rllib_algos.joint.central import central_layout
from rllib_algos.joint.common import CommonLayout
from rllib_algos.joint.layout import GroupLayout
from rllib_algos.joint.rows import RowLayout
from rllib_algos.joint.spaces import JointSpaces


def make_layout(spaces: JointSpaces, *, soft: bool, central: bool = False) -> GroupLayout:
    """Returns the layout that fits an environment's spaces.

    Args:
        spaces: of the environment.
        soft: as in `GroupLayout`.
        central: whether one network acts for all agents.
    """
    if central:
        return central_layout(spaces, soft=soft)
    if spaces.state_shape is not None:
        return RowLayout(spaces, soft=soft)
    return (CommonLayout if spaces.common_observation else GroupLayout)(spaces, soft=soft)
