"""One small network for every row of a table, instead of one wide one for the whole table.

Permuting rows of the same owner permutes the outputs, and nothing in the network but the
embeddings depends on the number of rows. Shapes: `B` batch, `R` rows, `F` features, `H` choices,
`E` numbers per embedding.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

POOLINGS = ("none", "mean", "attention")
POOLED = 32  # width of what rows tell each other
ROWS_AT_ONCE = 8192  # in all tables of a batch; a batch of 64 tables of 100 rows is never split
PAIRS_AT_ONCE = 131_072  # rows with a choice each; 64 tables of 100 rows, 7 choices are not split
EMBEDDINGS = "embeddings"  # name of the parameter that a learning rate of its own is for


def in_parts(
    network: Callable[..., Tensor], rows: int, *inputs: tuple[Tensor, int]
) -> list[Tensor]:
    """Returns a network's outputs for stretches of a batch, in order.

    A batch of more than `ROWS_AT_ONCE` rows is split, and the network evaluated once more in the
    backward pass instead of being kept for it: large tables take time, but no more memory.

    Args:
        network: that is evaluated.
        rows: of every table in the batch, R.
        inputs: what the network takes, each with its batch dimension.
    """
    size = max(1, ROWS_AT_ONCE // rows)
    stretches = list(zip(*(tensor.split(size, dim) for tensor, dim in inputs), strict=True))
    if len(stretches) == 1 or not torch.is_grad_enabled():
        return [network(*stretch) for stretch in stretches]
    return [checkpoint(network, *stretch, use_reentrant=False) for stretch in stretches]


class RowNetwork(nn.Module):
    """Puts out one number for every choice of every row: logits, or values.

    Row r of owner o is seen as x_r = [s_r, one-hot of o] and, with pooling, what the rows of the
    same owner have in common. With `pairwise`, the network is evaluated once per row and choice,

        y[r, h] = MLP([x_r, one-hot of h, e[r, h], t_r[h]]),

    t_r what the end of the row says of its choices one by one; without, once per row,

        y[r] = MLP([x_r, e[r, 0], ..., e[r, H - 1]]).

    Args:
        rows: number of rows, R; without embeddings, tables of any length may be shown.
        features: length of a row, F.
        width: number of choices of a row, H.
        owners: number of owners whom a one-hot tells apart; 0: the network does not see them.
        hiddens: widths of the hidden layers.
        embedding: E, learned numbers per row and choice; 0 for none.
        pooling: "none": a row is judged by itself; "mean" and "attention": see `Pooling`.
        pairwise: whether the network is evaluated once per row and choice.
        together: whether all rows are one agent's, who pools over all of them.
        choice_features: T, how many numbers of each choice stand at the end of a row: T times H,
            the first of all choices first. A pairwise network sees them beside their choice, and
            not otherwise.
    """

    def __init__(
        self,
        *,
        rows: int,
        features: int,
        width: int,
        owners: int = 0,
        hiddens: Sequence[int] = (128, 128),
        embedding: int = 4,
        pooling: str = "none",
        pairwise: bool = True,
        together: bool = False,
        choice_features: int = 0,
    ) -> None:
        super().__init__()
        self.rows, self.width, self.owners = rows, width, owners
        self.embedding, self.pairwise, self.together = embedding, pairwise, together
        self.choice_features = choice_features
        seen = features - choice_features * width + owners
        self.pooling = (
            None if pooling == "none" else Pooling(seen, attention=pooling == "attention")
        )
        self.row_size = seen + (0 if self.pooling is None else self.pooling.out_size)
        choice_size = width + embedding + choice_features if pairwise else width * embedding
        sizes = [self.row_size + choice_size, *hiddens, 1 if pairwise else width]
        self.first = nn.Linear(sizes[0], sizes[1])
        pairs = itertools.pairwise(sizes[1:])
        self.rest = nn.Sequential(*(m for n, k in pairs for m in (nn.ReLU(), nn.Linear(n, k))))
        if embedding:
            self.embeddings = nn.Parameter(0.1 * torch.randn(rows, width, embedding))

    def forward(self, state: Tensor, owner: Tensor, choice: Tensor | None = None) -> Tensor:
        """Returns logits or values, (B, R, H), or (B, R) those of given choices.

        Args:
            state: (B, R, F).
            owner: (B, R) int, who owns a row; -1 is nobody.
            choice: (B, R) int, pairwise only: the network is evaluated for these alone.
        """
        if self.embedding and state.shape[1] != self.rows:
            raise ValueError(
                f"a network with embeddings must see the {self.rows} rows that it was made for, "
                f"got {state.shape[1]}; use row_embedding=0 for tables of other lengths"
            )
        given = [(state, 0), (owner, 0)] + ([] if choice is None else [(choice, 0)])
        return torch.cat(in_parts(self._outputs, state.shape[1], *given))

    def _outputs(self, state: Tensor, owner: Tensor, choice: Tensor | None = None) -> Tensor:
        own = state.shape[-1] - self.choice_features * self.width
        told = state[..., own:].unflatten(-1, (self.choice_features, self.width))
        x = with_owner(state[..., :own], owner, self.owners)
        if self.pooling is not None:
            pool = torch.where(owner < 0, -1, 0) if self.together else owner.long()
            x = torch.cat([x, self.pooling(x, pool, 1 if self.together else self.owners)], -1)
        # The inputs of a row and those of a choice meet in a sum, so that no row is repeated.
        of_rows, of_choices = self.first.weight.tensor_split([self.row_size], 1)
        out = functional.linear(x, of_rows, self.first.bias)
        if not self.pairwise:
            if self.embedding:
                out = out + functional.linear(self.embeddings.flatten(1), of_choices)
            return self.rest(out)
        if choice is not None:
            return self.rest(out + self._of_given(choice, told, of_choices))[..., 0]
        size = max(1, PAIRS_AT_ONCE // out[..., 0].numel())
        parts = [
            self.rest(out[:, :, None] + self._of_some(slice(h, h + size), told, of_choices))[..., 0]
            for h in range(0, self.width, size)
        ]
        return torch.cat(parts, -1)

    def _of_some(self, choices: slice, told: Tensor, weights: Tensor) -> Tensor:
        """Returns what some choices add to the first layer, (h, W), (R, h, W) or (B, R, h, W)."""
        which, learned, beside = self._split(weights)
        out = which.t()[choices]
        if self.embedding:
            out = out + functional.linear(self.embeddings[:, choices], learned)
        if self.choice_features:
            out = out + functional.linear(told[..., choices].transpose(-1, -2), beside)
        return out

    def _of_given(self, choice: Tensor, told: Tensor, weights: Tensor) -> Tensor:
        """Returns what the rows' choices (B, R) add to the first layer, (B, R, W)."""
        which, learned, beside = self._split(weights)
        out = which.t()[choice]
        if self.embedding:
            numbers = self.embeddings[torch.arange(self.rows, device=choice.device), choice]
            out = out + functional.linear(numbers, learned)
        if self.choice_features:
            index = choice.long()[..., None, None].expand(*told.shape[:-1], 1)
            out = out + functional.linear(told.gather(-1, index)[..., 0], beside)
        return out

    def _split(self, weights: Tensor) -> tuple[Tensor, ...]:
        """Returns the weights of a choice's one-hot, of its embedding and of its features."""
        return weights.split([self.width, self.embedding, self.choice_features], 1)


class Pooling(nn.Module):
    """What the rows of one owner tell each other; rows of other owners have no part in it.

    Every row is encoded, c_r = W x_r. "Mean-field" pooling gives a row the mean of the encodings
    relu(c_q) over all rows q of its owner; attention gives it their mean weighted by
    softmax(c'_r c''_q / sqrt(P)). Beside it stands log(1 + k), k the owner's number of rows. Rows
    of nobody are pooled with nobody's rows.

    Args:
        in_size: length of what is seen of a row.
        attention: whether rows attend to each other; its work grows with the square of R.
    """

    def __init__(self, in_size: int, *, attention: bool) -> None:
        super().__init__()
        self.attention = attention
        self.encode = nn.Linear(in_size, POOLED * (3 if attention else 1))
        self.out_size = POOLED + 1

    def forward(self, x: Tensor, pool: Tensor, count: int) -> Tensor:
        """Returns what every row is told, (B, R, `out_size`).

        Args:
            x: (B, R, in_size).
            pool: (B, R) int64, rows with equal numbers are pooled; from -1 on.
            count: number of pools beside -1.
        """
        code = self.encode(x)
        if self.attention:
            same = pool[:, :, None] == pool[:, None, :]
            query, key, value = code.chunk(3, -1)
            told = functional.scaled_dot_product_attention(query, key, value, attn_mask=same)
            size = same.sum(-1, keepdim=True, dtype=x.dtype)
        else:
            told, size = _means(torch.relu(code), pool + 1, count + 1)
        return torch.cat([told, size.log1p()], -1)


def with_owner(state: Tensor, owner: Tensor, owners: int) -> Tensor:
    """Returns rows with a one-hot of their owner behind them, (B, R, F + N); zeros for nobody.

    Args:
        state: (B, R, F).
        owner: (B, R) int.
        owners: N.
    """
    if not owners:
        return state
    agents = torch.arange(owners, device=owner.device)
    return torch.cat([state, (owner[..., None] == agents).to(state.dtype)], -1)


def split_embeddings(
    named: Iterator[tuple[str, nn.Parameter]],
) -> tuple[list[nn.Parameter], list[nn.Parameter]]:
    """Returns a module's parameters without its embeddings, and the embeddings."""
    parts: tuple[list[nn.Parameter], list[nn.Parameter]] = ([], [])
    for name, parameter in named:
        parts[name.rpartition(".")[2] == EMBEDDINGS].append(parameter)
    return parts


def _means(values: Tensor, pool: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Returns for every row its pool's mean, (B, R, P), and its pool's size, (B, R, 1).

    Memory grows with R alone: sums are taken per pool, and handed back to its rows.

    Args:
        values: (B, R, P).
        pool: (B, R) int64 in 0..count - 1.
        count: number of pools.
    """
    ones = torch.cat([values, torch.ones_like(values[..., :1])], -1)
    index = pool[..., None].expand_as(ones)
    sums = ones.new_zeros(len(ones), count, ones.shape[-1]).scatter_add(1, index, ones)
    own = sums.gather(1, index)
    return own[..., :-1] / own[..., -1:], own[..., -1:]
