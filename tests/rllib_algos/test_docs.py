"""The algorithms' pages: every reference exists, every default is right, every snippet runs."""

import importlib
import re
from pathlib import Path

import pytest
from joint_envs import row_env
from kinds import ALL, IMITATING, VALUE_BASED
from scoring_envs import scoring_env

from rllib_algos import registry

FOLDER = Path(__file__).parents[2] / "docs" / "algorithms"
PAGES = [FOLDER / f"{name}.md" for name in ALL]


def config_of(page):
    return registry.get_config(page.stem)


@pytest.mark.parametrize("page", [*PAGES, FOLDER / "rows.md"], ids=lambda p: p.stem)
def test_references_to_code_exist(page):
    references = re.findall(r"`(rllib_algos/\S+?)\.py::([\w.]+)`", page.read_text())
    assert len(references) > 4
    for module, name in references:
        found = importlib.import_module(module.replace("/", "."))
        for part in name.split("."):
            found = getattr(found, part)


def table(page):
    """Setting to (default, paper) as the page prints them; "" where there is no paper."""
    header = "| setting | default |"
    text = page.read_text().partition(header)[2].partition("\n\n")[0]
    printed = text.startswith(" paper |")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines()[2:]]
    return {
        name: (row[1], row[2] if printed else "")
        for row in rows
        for name in re.findall(r"`(\w+)`", row[0])
        if name
    }


def read(text):
    """The value a cell stands for; None if it is said in words."""
    words = {"yes": True, "no": False, "256, 256, 256": (256, 256, 256), "64, 64": (64, 64)}
    words |= {"400, 300": (400, 300), "256, 256": (256, 256)}
    words |= {f'`"{name}"`': name for name in ("auto", "softmax", "policy", "levy")}
    if text in words:
        return words[text]
    text = text.replace(",", "")
    return float(text) if re.fullmatch(r"-?[\d.]+(e-\d+)?", text) else None


@pytest.mark.parametrize("page", [p for p in PAGES if p.stem != "vdn"], ids=lambda p: p.stem)
def test_defaults_are_those_of_the_config(page):
    config, paper = config_of(page), config_of(page)
    if paper.paper is not None:  # the settings of a paper are known
        paper.paper()
    settings = table(page)
    assert len(settings) >= 2
    compared = 0
    for name, (default, printed) in settings.items():
        if (value := read(default)) is not None:
            assert getattr(config, name) == value, name
            compared += 1
        if (value := read(printed)) is not None:
            assert getattr(paper, name) == value, name
    assert compared >= 2


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.stem)
def test_snippets_run(page, ray_session, tmp_path):
    (snippet,) = re.findall(r"```python\n(.*?)```", page.read_text(), re.DOTALL)
    hiddens = "q_hiddens" if page.stem in VALUE_BASED else "actor_hiddens"
    snippet = snippet.replace(".build_algo()", f".training({hiddens}=[8]).build_algo()")
    make_env = scoring_env if page.stem in IMITATING else row_env
    names = {"make_env": make_env, "folder": str(tmp_path)}
    exec(compile(snippet, page.name, "exec"), names)
    names["algorithm"].stop()
