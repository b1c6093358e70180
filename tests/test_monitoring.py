"""The alert rules and the dashboard in docs/monitoring: they can be read, and every metric they name exists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from bot.metrics import SICK, Metrics

FOLDER = Path(__file__).parent.parent / "docs" / "monitoring"
KNOWN = frozenset(Metrics().names())
HISTOGRAM_PARTS = ("_bucket", "_sum", "_count")
DURATION = re.compile(r"\d+[smhd]")
FUNCTIONS = frozenset({"histogram_quantile", "increase", "rate", "sum", "topk"})
LABELS = frozenset({"feed", "source", "reason", "queue", "state", "outcome", "worker", "decision", "le", "job"})


def _rules() -> list[dict[str, object]]:
    content = yaml.safe_load((FOLDER / "alerts.yml").read_text("utf-8"))
    assert [*content] == ["groups"]
    return [rule for group in content["groups"] for rule in group["rules"]]


def _dashboard() -> dict[str, object]:
    content: dict[str, object] = json.loads((FOLDER / "grafana.json").read_text("utf-8"))
    return content


def _panels() -> list[dict[str, object]]:
    panels = _dashboard()["panels"]
    assert isinstance(panels, list)
    return panels


def _expressions() -> Iterator[str]:
    yield from (str(rule["expr"]) for rule in _rules())
    for panel in _panels():
        targets = panel["targets"]
        assert isinstance(targets, list)
        yield from (target["expr"] for target in targets)


def _metric(name: str) -> str:
    for part in HISTOGRAM_PARTS:
        if name.endswith(part) and name.removesuffix(part) in KNOWN:
            return name.removesuffix(part)
    return name


def test_every_metric_that_is_named_exists() -> None:
    named = {_metric(name) for expression in _expressions() for name in re.findall(r"maeari_\w+", expression)}
    assert named <= KNOWN, named - KNOWN
    assert KNOWN - named == set(), "every metric is of use to somebody"


def test_expressions_use_known_labels_and_are_closed() -> None:
    for expression in _expressions():
        assert all(expression.count(left) == expression.count(right) for left, right in ("()", "[]", "{}")), expression
        assert expression.count('"') % 2 == 0, expression
        assert set(re.findall(r"(\w+)(?:=~|!~|!=|=)\"", expression)) <= LABELS, expression
        assert set(re.findall(r"(\w+) ?\(", expression)) - {"by"} <= FUNCTIONS, expression
        states = re.findall(r'state(?:=~|=)"([^"]+)"', expression)
        assert {state for group in states for state in group.split("|")} <= SICK, expression


def test_every_alert_says_what_it_means() -> None:
    rules = _rules()
    assert len({rule["alert"] for rule in rules}) == len(rules)
    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys() <= {*rule.keys(), "for"}
        annotations, labels = rule["annotations"], rule["labels"]
        assert isinstance(annotations, dict)
        assert isinstance(labels, dict)
        assert annotations["summary"]
        assert annotations["description"]
        assert labels["severity"] in {"info", "warning", "critical"}
        assert DURATION.fullmatch(str(rule.get("for", "1m")))


def test_the_dashboard_asks_for_its_data_source_and_shows_each_panel_once() -> None:
    panels = _panels()
    assert len({panel["id"] for panel in panels}) == len({str(panel["title"]) for panel in panels}) == len(panels)
    places = {json.dumps(panel["gridPos"], sort_keys=True) for panel in panels}
    assert len(places) == len(panels), "no panel lies over another"
    assert all(panel["datasource"] == {"type": "prometheus", "uid": "${datasource}"} for panel in panels)
    assert '"type": "datasource"' in (FOLDER / "grafana.json").read_text("utf-8")


def test_the_docs_name_both_files() -> None:
    text = (FOLDER.parent / "metrics.md").read_text("utf-8")
    for name in ("alerts.yml", "grafana.json"):
        assert f"(monitoring/{name})" in text
