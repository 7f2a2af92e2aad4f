import pytest

from edgemarl.cli.settings import Settings, expand_repeats, parse_settings, parse_value


def test_values_go_to_their_parts():
    settings = parse_settings(
        ["scenario.num_users=70", "env.observation=global", "algo.actor_lr=1e-4"]
    )
    assert settings == Settings(
        algo={"actor_lr": 1e-4}, env={"observation": "global"}, scenario={"num_users": 70}
    )


def test_a_components_field_keeps_its_dots():
    assert parse_settings(["scenario.mobility.step=2.5"]).scenario == {"mobility.step": 2.5}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("70", 70),
        ("1e-4", 1e-4),
        ("3.5e9", 3.5e9),
        ("1e9", 1e9),
        ("true", True),
        ("null", None),
        ("", None),
        ("global", "global"),
        ("[256, 256]", [256, 256]),
        ("[1e9, 2e9]", [1e9, 2e9]),
        ("{kind: random_walk, step: 2e0}", {"kind": "random_walk", "step": 2.0}),
        ("'70'", 70.0),
        ("a=b", "a=b"),
        ("v0", "v0"),
    ],
)
def test_values_are_read_as_yaml_with_exponents(text, value):
    assert parse_value(text) == value
    assert type(parse_value(text)) is type(value)


@pytest.mark.parametrize(
    "assignment", ["num_users=70", "scenario=paper", "scenario.=3", "scenario.num_users", "lr.x=1"]
)
def test_other_forms_are_refused(assignment):
    with pytest.raises(ValueError, match=r"--set must be given as algo\.KEY=VALUE"):
        parse_settings([assignment])


def test_a_key_given_twice_is_refused():
    with pytest.raises(ValueError, match=r"env\.reward once"):
        parse_settings(["env.reward=local", "env.reward=shared"])


def test_a_value_that_is_not_yaml_is_refused():
    with pytest.raises(ValueError, match=r"must be YAML, got '\[1, '"):
        parse_settings(["scenario.bandwidth=[1, "])


def test_commands_refuse_parts_they_do_not_use():
    settings = parse_settings(["algo.gamma=0.5"])
    settings.require_only("algo", "env")
    with pytest.raises(ValueError, match=r"start with env\. or scenario\. .*got algo\.gamma"):
        settings.require_only("env", "scenario")


@pytest.mark.parametrize(
    ("given", "expanded"),
    [
        (["--set", "a.b=1"], ["--set", "a.b=1"]),
        (["--set", "a.b=1", "c.d=2"], ["--set", "a.b=1", "--set", "c.d=2"]),
        (
            ["x", "--set", "a.b=1", "c.d=2", "--slots", "5", "e=f"],
            ["x", "--set", "a.b=1", "--set", "c.d=2", "--slots", "5", "e=f"],
        ),
        (["--set", "a.b=1", "nearest", "c.d=2"], ["--set", "a.b=1", "nearest", "c.d=2"]),
        (["--set", "a.b=-1", "--set", "c.d=2"], ["--set", "a.b=-1", "--set", "c.d=2"]),
        (["--set"], ["--set"]),
    ],
)
def test_every_assignment_gets_its_flag(given, expanded):
    assert expand_repeats(given) == expanded
