"""docs/environments: every space, argument and info key that a page states is the real one."""

import inspect
import re
from pathlib import Path

import numpy as np
import pytest
from gymnasium.spaces import Box, Discrete, MultiDiscrete

import edgemarl

FOLDER = Path(__file__).parents[1] / "docs/environments"
PAGES = {  # page to the environment's name, and the arguments that belong to another page
    "djtcra_servers": ("edgemarl/djtcra-servers-v0", {"observation"}),
    "djtcra_users": ("edgemarl/djtcra-users-v0", {"action"}),
    "mec": ("edgemarl/mec-v0", set()),
}
SWITCHES = ("report_bound", "report_prices")


def text_of(page):
    return (FOLDER / f"{page}.md").read_text(encoding="utf-8")


def rows(text, header):
    """The cells of the table below a header line, the marks of code taken off."""
    table = text.partition(header + "\n")[2].partition("\n\n")[0]
    return [
        [cell.strip().strip("`") for cell in line.strip("|").split(" | ")]
        for line in table.splitlines()[1:]
    ]


def parameters(name):
    return inspect.signature(type(edgemarl.make(name, scenario="tiny").unwrapped)).parameters


def after_a_step(name, **options):
    env = edgemarl.make(name, scenario="tiny", **options)
    env.reset(seed=0)
    return env.step({agent: env.action_space(agent).sample() for agent in env.agents})[4]


def space(text):
    """The space that a page writes, with float32 where Gymnasium would not take it by itself."""
    return eval(text, {"Discrete": Discrete, "MultiDiscrete": MultiDiscrete, "Box": float32_box})


def float32_box(low, high, shape):
    return Box(low, high, shape, np.float32)


def test_every_environment_has_its_page():
    assert {name for name, _ in PAGES.values()} == set(edgemarl.registry._ENVIRONMENTS)
    assert {path.stem for path in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_ways_to_make_it_are_real(page):
    name, _ = PAGES[page]
    facts = dict(rows(text_of(page), "| | |"))
    assert facts["Id"] == name
    names = {}
    exec(facts["Import"], names)
    for api in ("Parallel API", "AEC API"):
        made = eval(facts[api], names)
        assert made.unwrapped.metadata["name"] == edgemarl.make(name).unwrapped.metadata["name"]
        assert made.possible_agents[:2] == re.findall(r"\w+_\d", facts["Agents"])


@pytest.mark.parametrize(
    ("page", "row"),
    [
        (page, row)
        for page in PAGES
        for row in rows(
            text_of(page), "| scenario | agents | action space | observation space | state space |"
        )
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_spaces_are_those_of_the_scenario(page, row):
    scenario, agents, action, observation, state = row
    env = edgemarl.make(PAGES[page][0], scenario=scenario)
    assert len(env.possible_agents) == int(agents)
    for agent in env.possible_agents:
        assert env.action_space(agent) == space(action)
        assert env.observation_space(agent) == space(observation)
    assert env.unwrapped.state_space == space(state)


@pytest.mark.parametrize("page", PAGES)
def test_arguments_and_defaults_are_those_of_the_class(page):
    name, foreign = PAGES[page]
    stated = {row[0]: row[1] for row in rows(text_of(page), "| argument | default | meaning |")}
    real = {n: repr(p.default).replace("'", '"') for n, p in parameters(name).items()}
    assert stated == {n: default for n, default in real.items() if n not in foreign}


@pytest.mark.parametrize("page", PAGES)
def test_infos_hold_the_keys_that_are_stated_under_the_options_that_are_stated(page):
    name, _ = PAGES[page]
    stated = rows(text_of(page), "| key | meaning | unit | when |")
    for switch in (None, *SWITCHES):
        if switch is not None and switch not in parameters(name):
            continue
        infos = after_a_step(name, **({} if switch is None else {switch: True}))
        expected = {row[0] for row in stated if row[3] in ("always", switch)}
        assert all(set(info) == expected for info in infos.values())


@pytest.mark.parametrize("page", ["djtcra_servers"])
def test_features_are_in_the_order_that_is_stated(page):
    stated = rows(text_of(page), "| column | feature | symbol | unit |")
    env = edgemarl.make(PAGES[page][0], scenario="tiny")
    raw = edgemarl.make(
        PAGES[page][0],
        scenario=env.unwrapped.scenario.with_overrides({"observation.kind": "raw"}),
    )
    raw.reset(seed=0)
    state = raw.unwrapped.slot_state
    columns = {
        "connected RAN, counted from 1": state.ran + 1,
        "volume of the task": state.volume,
        "volume of the result": state.result,
        "computing intensity": state.intensity,
        "sensitivity to latency": state.steepness,
        "latency at which the QoE is one half": state.midpoint,
        "distance to the base station": state.distance,
        "bandwidth": state.bandwidth,
        "noise": state.noise,
    }
    assert [row[1] for row in stated] == list(columns)
    assert [int(row[0]) for row in stated] == list(range(len(columns)))
    seen = raw.state()
    for (_, feature, _, _), column in zip(stated, seen.T, strict=True):
        np.testing.assert_allclose(column, columns[feature], rtol=1e-6)
