"""The matrix products of this package's joint updates alone, beside the libraries of `peers.py`."""

import torch
from _peers_cases import BATCH
from _peers_worker import Work, serve
from _update_cases import CASES, batch
from updates import Products, alone


def build(name: str) -> Work:
    """Makes the products of one update, none of which has a delay here, by the name of its cell."""
    learner = CASES[name].learner()
    with Products() as products:
        learner._update(batch(learner, BATCH))
    make = alone(products.made)

    def update() -> int:
        make()
        return 1

    return update


if __name__ == "__main__":
    torch.set_num_threads(1)
    serve(build, ("torch",))
