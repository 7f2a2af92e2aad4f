"""Tests of networks that are applied to every row of a table."""

import itertools

import pytest
import torch

from rllib_algos.joint.row_networks import POOLINGS, RowNetwork, split_embeddings

ROWS, FEATURES, WIDTH, OWNERS = 7, 3, 2, 3
OWNER = torch.tensor([[0, 1, 0, 2, -1, 0, 1], [2, 2, 1, 0, 0, -1, -1]], dtype=torch.int8)
KINDS = list(itertools.product(POOLINGS, (True, False)))


@pytest.fixture
def table() -> torch.Tensor:
    return torch.randn(2, ROWS, FEATURES, generator=torch.Generator().manual_seed(0))


def network(**options) -> RowNetwork:
    torch.manual_seed(0)
    given = {"hiddens": (8, 8), "embedding": 0, "owners": OWNERS, **options}
    return RowNetwork(rows=ROWS, features=FEATURES, width=WIDTH, **given)


@pytest.mark.parametrize(("pooling", "pairwise"), KINDS)
def test_rows_of_the_same_owner_can_change_places(table, pooling, pairwise):
    net = network(pooling=pooling, pairwise=pairwise)
    swapped = torch.arange(ROWS)
    swapped[[0, 5]] = torch.tensor([5, 0])  # both are owner 0's in the first table
    expected = net(table, OWNER)[:1, swapped]
    torch.testing.assert_close(net(table[:1, swapped], OWNER[:1]), expected)


@pytest.mark.parametrize(("pooling", "pairwise"), KINDS)
def test_rows_of_different_owners_can_change_places_with_their_owners(table, pooling, pairwise):
    net = network(pooling=pooling, pairwise=pairwise)
    order = torch.randperm(ROWS, generator=torch.Generator().manual_seed(1))
    expected = net(table, OWNER)[:, order]
    torch.testing.assert_close(net(table[:, order], OWNER[:, order]), expected)


@pytest.mark.parametrize(("pooling", "pairwise"), KINDS)
def test_an_agents_outputs_do_not_depend_on_the_rows_of_others(table, pooling, pairwise):
    net = network(pooling=pooling, pairwise=pairwise, embedding=2)
    before = net(table, OWNER)
    for owner in range(OWNERS):
        own = OWNER.eq(owner)
        others = torch.where(own[..., None], table, torch.full_like(table, 9.0))
        elsewhere = torch.where(own, OWNER, (OWNER + 1) % OWNERS)
        elsewhere[~own & (elsewhere == owner)] = -1
        after = net(others, elsewhere)
        torch.testing.assert_close(after[own], before[own])
        assert not torch.allclose(after[~own], before[~own])


@pytest.mark.parametrize("pooling", ["mean", "attention"])
def test_pooling_tells_a_row_of_its_owners_other_rows_and_of_their_number(table, pooling):
    net = network(pooling=pooling)
    before = net(table, OWNER)[0, 0]
    other = table.clone()
    other[0, 5] += 1.0  # also owner 0's
    assert not torch.allclose(net(other, OWNER)[0, 0], before)
    fewer = OWNER.clone()
    fewer[0, 5] = -1
    assert not torch.allclose(net(table, fewer)[0, 0], before)


def test_pooling_by_hand():
    net = RowNetwork(rows=3, features=1, width=1, owners=0, pooling="mean", hiddens=(), embedding=0)
    assert net.pooling is not None
    with torch.no_grad():
        net.pooling.encode.weight.fill_(2.0)
        net.pooling.encode.bias.zero_()
    told = net.pooling(torch.tensor([[[1.0], [3.0], [5.0]]]), torch.tensor([[0, 0, 1]]), 2)
    # relu(2 x): 2, 6 and 10; the first two share the mean 4 and are two rows
    expected = torch.tensor([4.0, 4.0, 10.0])
    torch.testing.assert_close(told[0, :, 0], expected)
    torch.testing.assert_close(told[0, :, -1], torch.tensor([3.0, 3.0, 2.0]).log())


def test_attention_by_hand():
    net = RowNetwork(
        rows=2, features=1, width=1, pooling="attention", hiddens=(), embedding=0, together=True
    )
    assert net.pooling is not None
    with torch.no_grad():
        net.pooling.encode.weight.fill_(1.0)
        net.pooling.encode.bias.zero_()
    told = net.pooling(torch.tensor([[[0.0], [1.0]]]), torch.zeros(1, 2, dtype=torch.long), 1)
    # Scores are x_r x_q * 32 / sqrt(32): none for row 0, (0, sqrt(32)) for row 1.
    weight = 1 / (1 + torch.exp(-torch.tensor(32.0).sqrt()))
    torch.testing.assert_close(told[0, :, 0], torch.tensor([0.5, weight.item()]))


@pytest.mark.parametrize("embedding", [0, 2])
def test_pairwise_outputs_are_those_of_a_loop_over_rows_and_choices(table, embedding):
    net = network(embedding=embedding)
    outputs = net(table, OWNER)
    for b, r, h in itertools.product(range(2), range(ROWS), range(WIDTH)):
        identity = torch.eye(OWNERS)[OWNER[b, r]] if OWNER[b, r] >= 0 else torch.zeros(OWNERS)
        parts = [table[b, r], identity, torch.eye(WIDTH)[h]]
        if embedding:
            parts.append(net.embeddings[r, h])
        expected = net.rest(net.first(torch.cat(parts)))[0]
        torch.testing.assert_close(outputs[b, r, h], expected)


def test_features_of_choices_are_seen_beside_their_choice(table):
    """Rows [s, t(0), t(1), z(0), z(1)]: choice h sees s, its one-hot, t(h) and z(h)."""
    rows = torch.cat([table, table[..., :2] ** 2], -1)  # 5 features, 4 of them of choices
    torch.manual_seed(0)
    net = RowNetwork(
        rows=ROWS, features=5, width=WIDTH, owners=OWNERS, hiddens=(8,), choice_features=2
    )
    outputs = net(rows, OWNER)
    for b, r, h in itertools.product(range(2), range(ROWS), range(WIDTH)):
        owner = [float(OWNER[b, r] == o) for o in range(OWNERS)]
        which = [float(h == k) for k in range(WIDTH)]
        told = rows[b, r, [1 + h, 3 + h]]
        x = torch.cat([rows[b, r, :1], torch.tensor(owner + which), net.embeddings[r, h], told])
        torch.testing.assert_close(outputs[b, r, h], net.rest(net.first(x))[0])
    choice = torch.randint(WIDTH, OWNER.shape, generator=torch.Generator().manual_seed(2))
    given = outputs.gather(-1, choice[..., None])[..., 0]
    torch.testing.assert_close(net(rows, OWNER, choice), given)


@pytest.mark.parametrize("embedding", [0, 2])
def test_many_pairs_are_evaluated_in_parts_with_the_same_outputs(table, embedding, monkeypatch):
    net = network(pairwise=True, embedding=embedding)
    whole = net(table, OWNER)
    seen = []
    net.rest.register_forward_hook(lambda module, inputs, output: seen.append(output.shape))
    monkeypatch.setattr("rllib_algos.joint.row_networks.PAIRS_AT_ONCE", 2 * ROWS)
    torch.testing.assert_close(net(table, OWNER), whole)
    assert len(seen) == WIDTH


def test_without_pairs_a_row_sees_all_its_embeddings(table):
    net = network(embedding=2, pairwise=False)
    outputs = net(table, OWNER)
    parts = [table[0, 3], torch.eye(OWNERS)[OWNER[0, 3]], net.embeddings[3].flatten()]
    torch.testing.assert_close(outputs[0, 3], net.rest(net.first(torch.cat(parts))))


@pytest.mark.parametrize("pairwise", [True, False])
def test_embeddings_learn_where_their_rows_are_used(table, pairwise):
    net = network(embedding=2, pairwise=pairwise)
    net(table, OWNER)[:, 4].sum().backward()
    gradient = net.embeddings.grad
    assert gradient is not None
    assert gradient[4].abs().min() > 0
    assert gradient[:4].abs().max() == 0


def test_embeddings_are_told_apart_from_other_parameters():
    net = network(embedding=2)
    others, embeddings = split_embeddings(net.named_parameters())
    assert [p.shape for p in embeddings] == [(ROWS, WIDTH, 2)]
    assert len(others) == len(list(net.parameters())) - 1
    assert split_embeddings(network().named_parameters())[1] == []


def test_without_embeddings_tables_of_any_length_are_read(table):
    net = network(pooling="mean")
    assert net(table[:, :4], OWNER[:, :4]).shape == (2, 4, WIDTH)
    with pytest.raises(ValueError, match=r"7 rows .* got 4; use row_embedding=0"):
        network(embedding=2)(table[:, :4], OWNER[:, :4])


def test_one_agent_that_owns_all_rows_pools_over_them_but_not_over_nobodys(table):
    net = network(pooling="mean", together=True)
    before = net(table, OWNER)
    other = table.clone()
    other[0, 1] += 1.0  # owner 1's
    assert not torch.allclose(net(other, OWNER)[0, 0], before[0, 0])
    nobodys = table.clone()
    nobodys[0, 4] += 1.0
    torch.testing.assert_close(net(nobodys, OWNER)[0, 0], before[0, 0])


@pytest.mark.parametrize("pairwise", [True, False])
def test_large_batches_are_evaluated_in_parts_with_the_same_outputs_and_gradients(
    table, pairwise, monkeypatch
):
    net = network(embedding=2, pooling="mean", pairwise=pairwise)
    outputs = net(table, OWNER)
    expected = torch.autograd.grad(outputs.square().sum(), list(net.parameters()))
    monkeypatch.setattr("rllib_algos.joint.row_networks.ROWS_AT_ONCE", ROWS)
    sizes, whole = [], net._outputs
    monkeypatch.setattr(
        net, "_outputs", lambda *given: sizes.append(len(given[0])) or whole(*given)
    )
    parts = net(table, OWNER)
    torch.testing.assert_close(parts, outputs)
    gradients = torch.autograd.grad(parts.square().sum(), list(net.parameters()))
    torch.testing.assert_close(gradients, expected)
    assert sizes == [1, 1, 1, 1]  # two forwards, and again for each of them backwards
