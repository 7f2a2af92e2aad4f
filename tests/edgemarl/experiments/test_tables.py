import io
from dataclasses import replace

from rich.console import Console

from edgemarl.djtcra import load_scenario
from edgemarl.djtcra.mobility import RandomWalk
from edgemarl.experiments import compare, evaluate
from edgemarl.experiments.tables import comparison_table, evaluation_table, print_table


def printed(table) -> str:
    text = io.StringIO()
    Console(file=text, width=160).print(table)
    return text.getvalue()


def flat(table) -> str:
    """The table on one line, as its caption may break anywhere."""
    return " ".join(printed(table).split())


def test_a_comparison_shows_every_policy_the_bound_and_what_intervals_cover():
    comparison = compare(["nearest", "greedy"], "tiny", slots=4)
    text = printed(comparison_table(comparison))
    for word in ("nearest", "greedy", "upper bound", "vs", "SU", "DU", "GU", "CU"):
        assert word in text
    assert f"{comparison.interval('nearest', 'system_qoe').mean:.1f}±" in text
    assert f"{1000 * comparison.interval('greedy', 'latency').mean:.0f}" in text
    assert "over 4 slots (other slots on this topology)" in flat(comparison_table(comparison))


def test_one_episode_has_no_intervals():
    walking = replace(load_scenario("tiny"), mobility=RandomWalk())  # so slots follow one another
    text = flat(comparison_table(compare(["nearest"], walking, slots=4)))
    assert "1 x 4 slots each; 1 episode, and so no intervals" in text
    assert "±" not in text


def test_several_topologies_are_named():
    text = flat(comparison_table(compare(["nearest"], "tiny", slots=2, topologies=3)))
    assert "topology 0-2" in text
    assert "over 3 topologies (other topologies of this scenario)" in text


def test_an_evaluation_is_one_row():
    evaluation = evaluate("nearest", "tiny", slots=3)
    text = flat(evaluation_table(evaluation))
    assert f"{100 * evaluation.mean('gap'):.1f}" in text
    assert "3 slots" in text


def test_an_evaluation_without_bound_or_interval_leaves_them_out():
    walking = load_scenario("tiny").with_overrides({"mobility": "random_walk"})
    evaluation = evaluate("nearest", walking, slots=3, bound=False)
    text = printed(evaluation_table(evaluation))
    assert "±" not in text.splitlines()[3]
    assert " - " in text


def test_no_digit_is_lost_where_the_output_is_no_terminal(capsys):
    rules = {"a name that is longer than most": "remote", "pso": "exact"}
    comparison = compare(rules, "tiny", env_id="edgemarl/mec-v0", slots=3)
    print_table(comparison_table(comparison))
    lines = capsys.readouterr().out.splitlines()
    rows = {line[1:32].strip(): line[32:].split() for line in lines}
    for name in rules:
        interval = comparison.interval(name, "objective")
        assert rows[name][0] == f"{interval.mean:.1f}±{interval.half_width:.1f}"
        nrr = [f"{comparison.interval(name, m).mean:.4f}" for m in ("nrr", "nrr_pso")]
        assert rows[name][-3:-1] == nrr
        assert "±" in rows[name][-1]
