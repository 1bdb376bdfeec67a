"""Properties that every workflow must have, whatever it says."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from casework.case_types import registry
from casework.engine.workflow import NEW, SYSTEM
from casework.reporting import workflow_diagram


def flows():
    for kind in registry.all_kinds():
        yield from kind.workflows.values()
        for process in kind.processes.values():
            yield from process.workflows.values()


@pytest.fixture(params=list(flows()), ids=lambda flow: f"{flow.kind}-{flow.version}")
def flow(request):
    return request.param


def test_every_state_can_be_reached(flow):
    reached, moves = {str(state) for state in flow.born}, flow.allowed_moves()
    while more := {target for source, target in moves if source in reached} - reached:
        reached |= more
    assert reached == {str(state) for state in flow.labels}


def test_every_state_that_is_not_final_can_be_left(flow):
    leavable = {source for source, _target in flow.allowed_moves()}
    assert {str(state) for state in flow.labels} - {str(state) for state in flow.final} <= leavable


def test_every_step_says_who_and_what(flow):
    for name, move in flow.transitions():
        step = move.custom["step"]
        assert step.by, name
        assert getattr(flow, name).__doc__ is None or getattr(flow, name).__doc__
        if step.by != (SYSTEM,) and flow.kind != "BUL":
            assert step.does, f"{name} does not say what it does"
        assert set(step.starts) | set(step.stops) <= set(flow.clocks), name


def test_no_source_is_declared_twice_for_a_step(flow):
    # A second decorator with the same source silently replaces the first in viewflow: names must be
    # unique per source.
    seen = [(name, str(move.source)) for name, move in flow.transitions()]
    assert len(seen) == len(set(seen))
    assert NEW not in {str(state) for state in flow.labels}


def test_the_pictures_in_docs_are_what_the_code_says(settings):
    settings.INSTALLED_APPS  # noqa: B018 - the toy kind is drawn nowhere
    from casework.management.commands.draw_workflows import pages

    folder = settings.BASE_DIR / "docs" / "workflows"
    for name, text in pages().items():
        if not name.startswith("BUL"):
            assert (folder / name).read_text(encoding="utf-8") == text, (
                f"{name} is stale: run make docs"
            )
    assert call_command


def test_every_step_stands_once_in_the_table_and_every_move_in_the_words(flow):
    moves = {
        (edge.source, edge.target, edge.label)
        for edge in workflow_diagram.moving(flow)
        if edge.source != NEW
    }
    assert {
        (place.key, target, label)
        for place in workflow_diagram.places(flow)
        for label, target, _said in place.moves
    } == moves
    shown = [line.edge.name for line in workflow_diagram.lines(flow)]
    assert len(shown) == len(set(shown))
    taken = {
        (source, line.edge.name) for line in workflow_diagram.lines(flow) for source in line.sources
    }
    assert taken == {(edge.source, edge.name) for edge in workflow_diagram.edges(flow)}
