"""The pictures show what the tables say: every step by its rule, no refusal, and how each is known.

Not here: that the tables are right (the tests of the model), how a picture looks (somebody has to look at it).
"""

from __future__ import annotations

import io
import json
import os
import re
import struct
import subprocess
import sys
from itertools import chain, combinations
from pathlib import Path
from runpy import run_path
from tempfile import gettempdir
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from certlife.diagrams import FORMATS, NAMES, DiagramError, draw, render, stale, write
from certlife.diagrams.fold import MANY, fold
from certlife.diagrams.graph import LIVES, MACHINES, Kind, graph, plain, spoken
from certlife.diagrams.style import COLOURS, KNOWN, LINES, MARKS, OF_MACHINE, OF_OVERVIEW
from certlife.model.tables import JOINT, TABLES
from certlife.model.vocabulary import Drift, Grade, Operation
from pygraphviz import AGraph
from transitions.extensions import GraphMachine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from certlife.model.rows import Row
    from certlife.model.vocabulary import Machine, State, Trigger

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ("dot", "mermaid", "scxml")
PICTURES = ("svg", "png", "pdf")
NAMESPACES = {"": "http://www.w3.org/2005/07/scxml", "ours": "urn:certlife:rows"}
RULE, GRADE = "{urn:certlife:rows}rule", "{urn:certlife:rows}grade"
A_RULE = re.compile(r"\b[A-Z]{4}-\d+\b")
IN_LEGEND = {"RULE-1"}

each_machine = pytest.mark.parametrize("name", MACHINES)
each_picture = pytest.mark.parametrize("name", NAMES)


def drawn(name: str) -> list[Row]:
    return [row for row in TABLES[MACHINES[name]] if row.reply is None or not row.reply.is_refusal]


def states(name: str) -> list[State]:
    return list(type(TABLES[MACHINES[name]][0].source[0]))


def rules(rows: Iterable[Row]) -> set[str]:
    return {row.rule for row in rows}


def text(name: str, form: str) -> str:
    return draw(name, form).decode()


def xml(content: bytes) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314  our own


def rules_in(written: str) -> set[str]:
    return set(A_RULE.findall(written)) - IN_LEGEND


def lines_of(name: str) -> list[tuple[str, set[str]]]:
    """Style and rules of every line that is seen in the picture of a machine, as another reader of DOT has it."""
    parsed = AGraph(string=text(name, "dot"))
    seen = [edge.attr for edge in parsed.edges() if edge.attr["style"] != "invis"]
    return [(attributes["style"], rules_in(attributes["label"])) for attributes in seen]


@pytest.fixture
def empty_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment without any program; the folder is where one may be put."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


# --- what is in a picture


@each_machine
@pytest.mark.parametrize("form", TEXTS)
def test_a_picture_has_the_rule_of_every_step_and_of_no_refusal(name: str, form: str) -> None:
    assert rules_in(text(name, form)) == rules(drawn(name))


@each_machine
def test_a_line_has_the_rule_of_every_step_that_changes_the_state(name: str) -> None:
    changes = rules(row for row in drawn(name) if row.target is not None and {row.target} != set(row.source))
    assert changes <= set(chain.from_iterable(found for _, found in lines_of(name)))


@each_machine
def test_every_state_is_a_node(name: str) -> None:
    nodes = graph(name).nodes
    assert sorted(node.label for node in nodes) == sorted(state.value for state in states(name))
    parsed = AGraph(string=text(name, "dot"))
    assert {f"{name}_{plain(state)}" for state in states(name)} <= set(parsed.nodes())


@each_machine
def test_a_life_begins_with_the_first_state(name: str) -> None:
    first = graph(name).nodes[0]
    assert (first.id, first.rank, first.kind) == (plain(states(name)[0]), 0, Kind.START)


@pytest.mark.parametrize("machine", LIVES)
def test_the_order_of_a_life_has_every_state_once(machine: Machine) -> None:
    ordered = [state for line in LIVES[machine] for state in line if state is not None]
    assert len(ordered) == len(set(ordered))
    assert set(ordered) == set(states(machine.value))


@each_machine
@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_every_trigger_and_guard_that_changes_the_state_is_written(name: str, form: str) -> None:
    moving = [edge for edge in graph(name).edges if not edge.stays]
    written = re.sub(r"<br/>", " ", text(name, form))
    assert {spoken(edge.trigger) for edge in moving if spoken(edge.trigger) not in written} == set()
    assert {edge.guard for edge in moving if edge.guard and f"[{edge.guard}]" not in written} == set()


# --- how it looks


def style_of(trigger: Trigger) -> str:
    if isinstance(trigger, Operation):
        return "solid"
    return "dashed" if isinstance(trigger, Drift) else "dotted"


@each_machine
def test_what_the_service_does_alone_is_dashed_and_nothing_else_is(name: str) -> None:
    styles = {row.rule: style_of(row.trigger) for row in drawn(name)}
    met = {(rule, style) for style, found in lines_of(name) for rule in found}
    assert met
    assert met <= set(styles.items())


def test_the_three_actors_have_lines_of_their_own() -> None:
    assert sorted(LINES.values()) == ["dashed", "dotted", "solid"]


@each_picture
def test_a_rule_has_the_colour_and_the_mark_of_its_grade(name: str) -> None:
    grades = {row.rule: row.grade for row in chain(*TABLES.values(), JOINT)}
    found = re.findall(r'<font color="(#\w+)" point-size="\d+">([A-Z]{4}-\d+)([^<]*)</font>', text(name, "dot"))
    in_table = [entry for entry in found if entry[1] not in IN_LEGEND]
    assert {rule for _, rule, _ in in_table} == rules_in(text(name, "dot"))
    assert {(colour, rule, mark) for colour, rule, mark in in_table} == {
        (COLOURS[grades[rule]], rule, MARKS[grades[rule]]) for _, rule, _ in in_table
    }


def test_the_three_grades_differ_in_colour_and_in_mark() -> None:
    assert len(set(COLOURS.values())) == len(set(MARKS.values())) == len(Grade)


@each_picture
@pytest.mark.parametrize("form", ["svg", "dot", "mermaid"])
def test_every_picture_explains_its_lines_and_grades(name: str, form: str) -> None:
    written = text(name, form).replace("&#45;", "-").replace("&#160;", " ").replace("\u00a0", " ")
    remarks = OF_OVERVIEW if name == "lifecycle" else OF_MACHINE
    told = [*(actor.value for actor in LINES), *KNOWN.values(), *remarks]
    assert [words for words in told if words not in written] == []


# --- the overview


def test_the_overview_has_every_machine_with_all_its_states() -> None:
    parsed = AGraph(string=text("lifecycle", "dot"))
    clusters = {cluster.name: set(cluster.nodes()) for cluster in parsed.subgraphs() if cluster.name}
    for name in MACHINES:
        assert {f"{name}_{plain(state)}" for state in states(name)} <= clusters[f"cluster_{name}"]


@pytest.mark.parametrize("form", ["dot", "mermaid"])
def test_the_overview_has_every_joint_rule_and_no_other(form: str) -> None:
    assert rules_in(text("lifecycle", form)) == {join.rule for join in JOINT}


def test_a_joint_rule_stands_between_the_machine_it_comes_from_and_the_one_it_tells() -> None:
    parsed = AGraph(string=text("lifecycle", "dot"))
    tables = {node: rules_in(node.attr["label"]) for node in parsed.nodes() if "_tells_" in node}
    for tie in graph("lifecycle").ties:
        assert tie.rule in tables[f"{tie.source.value}_tells_{tie.target.value}"]
        assert tie.cause in {row.trigger for row in TABLES[tie.source]}


# --- fewer lines


@each_picture
def test_folding_loses_no_rule_and_no_state(name: str) -> None:
    whole, folded = graph(name), fold(graph(name))
    assert {rule for edge in folded.edges for rule in edge.rules} == {
        rule for edge in whole.edges for rule in edge.rules
    }
    assert set(whole.nodes) <= set(folded.nodes)


@each_picture
def test_a_node_that_stands_for_several_states_stands_for_many(name: str) -> None:
    several = [node for node in fold(graph(name)).nodes if node.kind is Kind.SEVERAL]
    for node in several:
        assert node.label == "any other state" or len(re.split(", | or ", node.label)) >= MANY


# --- the same each time


TEXTS_OF_ALL = """
import sys
from certlife.diagrams import NAMES, draw
sys.stdout.buffer.write(b"".join(draw(name, form) for name in NAMES for form in ("dot", "mermaid", "scxml")))
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_text_formats_are_the_same_in_another_process(seed: str) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    other = subprocess.run([sys.executable, "-c", TEXTS_OF_ALL], capture_output=True, check=True, env=environment)  # noqa: S603
    assert other.stdout == b"".join(draw(name, form) for name in NAMES for form in TEXTS)


@each_picture
@pytest.mark.parametrize("form", [*TEXTS, "svg"])
def test_no_date_and_no_path_of_this_machine_is_written(name: str, form: str) -> None:
    written = text(name, form)
    assert not re.search(r"20\d{6}|20\d\d-\d\d-\d\d", written)
    assert [path for path in (str(ROOT), gettempdir()) if path in written] == []


# --- SCXML


def transitions_of(document: ET.Element) -> list[tuple[str | None, str, str | None, str]]:
    """State, event, target and rule of every transition."""
    return [
        (state.get("id"), transition.attrib["event"].split(".")[-1], transition.get("target"), rule)
        for state in document.iterfind(".//state", NAMESPACES)
        for transition in state.iterfind("transition", NAMESPACES)
        for rule in transition.attrib[RULE].split()
    ]


@each_machine
def test_scxml_has_the_states_and_steps_of_the_table(name: str) -> None:
    document = xml(draw(name, "scxml"))
    assert document.tag == "{http://www.w3.org/2005/07/scxml}scxml"
    assert document.get("initial") == plain(states(name)[0])
    assert {state.get("id") for state in document.iterfind("state", NAMESPACES)} == set(map(plain, states(name)))
    assert sorted(transitions_of(document), key=str) == sorted(
        (
            (
                plain(source),
                plain(row.trigger),
                plain(row.target) if row.target not in (None, source) else None,
                row.rule,
            )
            for row in drawn(name)
            for source in row.source
        ),
        key=str,
    )


@each_machine
def test_scxml_keeps_the_order_of_the_table_among_the_steps_of_one_trigger(name: str) -> None:
    order = {row.rule: place for place, row in enumerate(TABLES[MACHINES[name]])}
    places: dict[tuple[str | None, str], list[int]] = {}
    for state, event, _, rule in transitions_of(xml(draw(name, "scxml"))):
        places.setdefault((state, event), []).append(order[rule])
    assert [key for key, found in places.items() if found != sorted(found)] == []


@each_machine
def test_scxml_names_guard_and_grade_of_a_step(name: str) -> None:
    by_rule = {row.rule: row for row in TABLES[MACHINES[name]]}
    for transition in xml(draw(name, "scxml")).iter("{http://www.w3.org/2005/07/scxml}transition"):
        row = by_rule[transition.attrib[RULE].split()[0]]
        assert transition.attrib[GRADE] == row.grade.value
        assert transition.get("cond") == (None if row.guard.name == "always" else f"{row.guard.name}()")


def test_scxml_of_all_machines_raises_what_a_joint_rule_tells_with_every_step_of_its_cause() -> None:
    document = xml(draw("lifecycle", "scxml"))
    raised: dict[str, set[str]] = {}
    for transition in document.iter("{http://www.w3.org/2005/07/scxml}transition"):
        for signal in transition.iter("{http://www.w3.org/2005/07/scxml}raise"):
            told = f"{transition.attrib['event'].split('.')[-1]} {signal.attrib['event']}"
            raised.setdefault(signal.attrib[RULE], set()).add(told)
    assert raised == {
        join.rule: {f"{plain(join.cause)} signal.{join.machine.value}.{plain(join.signal)}"} for join in JOINT
    }


def test_scxml_of_all_machines_is_their_documents_side_by_side() -> None:
    parallel = xml(draw("lifecycle", "scxml")).find("parallel", NAMESPACES)
    assert parallel is not None
    assert [part.get("id") for part in parallel] == list(MACHINES)
    for part in parallel:
        name = part.attrib["id"]
        short = xml(ET.tostring(part).replace(f'"{name}.'.encode(), b'"'))
        assert transitions_of(short) == transitions_of(xml(draw(name, "scxml")))


# --- another drawer of state machines


@each_machine
def test_transitions_draws_the_same_steps(name: str) -> None:
    steps = [
        {"trigger": plain(row.trigger), "source": plain(source), "dest": plain(row.target or source)}
        for row in drawn(name)
        for source in row.source
    ]
    names = [plain(state) for state in states(name)]
    machine = GraphMachine(
        states=names, transitions=steps, initial=names[0], auto_transitions=False, graph_engine="mermaid"
    )
    theirs = set(re.findall(r"^\s*(\w+) --> (\w+)", machine.get_graph().source, re.MULTILINE))
    assert theirs == {(edge.source, edge.target) for edge in graph(name).edges}


# --- files


@each_picture
def test_pictures_are_what_their_names_say(name: str) -> None:
    assert xml(draw(name, "svg")).tag == "{http://www.w3.org/2000/svg}svg"
    assert draw(name, "pdf").startswith(b"%PDF-")
    assert draw(name, "png").startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(("name", "least"), [("certificate", 1200), ("operation", 1200), ("lifecycle", 1600)])
def test_a_png_is_wide_enough_to_be_read(name: str, least: int) -> None:
    width, height = struct.unpack(">II", draw(name, "png")[16:24])
    assert least <= width <= 4000
    assert height <= 4000


def test_pictures_are_written_under_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    files = write(["certificate", "policy"], ["mermaid", "scxml", "svg"], folder)
    names = ["certificate.mmd", "certificate.scxml", "certificate.svg", "policy.mmd", "policy.scxml", "policy.svg"]
    assert files == [folder / name for name in names]
    assert (folder / "policy.mmd").read_bytes() == draw("policy", "mermaid")


@pytest.mark.parametrize(
    # what is asked for, and what the message must name
    ("name", "form", "named"),
    [("certificat", "svg", ["certificat", *NAMES]), ("certificate", "gif", ["gif", *FORMATS])],
)
def test_an_unknown_name_or_format_is_refused_with_the_known_ones(
    name: str, form: str, named: list[str], tmp_path: Path
) -> None:
    for attempt in (lambda: draw(name, form), lambda: write(["policy", name], ["dot", form], tmp_path)):
        with pytest.raises(DiagramError) as refused:
            attempt()
        message = str(refused.value)
        assert "\n" not in message
        assert [word for word in named if word not in message] == []
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_can_not_be_made_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(DiagramError, match="can not be written") as refused:
        write(["policy"], ["dot"], tmp_path / "taken")
    assert "\n" not in str(refused.value)


Box = tuple[float, float, float, float]


def boxes_of_texts(drawing: dict[str, Any]) -> Iterator[tuple[str, Box]]:
    """Every text of a picture that Graphviz has laid out as JSON, with left, bottom, right and top."""
    for thing in (drawing, *drawing["objects"], *drawing["edges"]):
        size = 0.0
        for step in thing.get("_ldraw_", ()):
            if step["op"] == "F":
                size = step["size"]
            if step["op"] == "T" and step["text"].strip():
                (x, y), width = step["pt"], step["width"]
                left = x - width * {"l": 0, "c": 0.5, "r": 1}[step["align"]]
                yield step["text"], (left, y - 0.2 * size, left + width, y + 0.7 * size)


def overlap(one: Box, other: Box) -> bool:
    return all(one[low] < other[low + 2] and other[low] < one[low + 2] for low in (0, 1))


@each_picture
@pytest.mark.usefixtures("empty_path")
def test_no_text_lies_on_another(name: str) -> None:
    texts = list(boxes_of_texts(json.loads(render.render(text(name, "dot"), "json"))))
    assert len(texts) > len(graph(name).nodes)
    assert [(a, b) for (a, one), (b, other) in combinations(texts, 2) if overlap(one, other)] == []


# --- out of date


def test_stale_finds_nothing_where_everything_is_current(tmp_path: Path) -> None:
    write(NAMES, ["mermaid"], tmp_path)
    (tmp_path / "README.md").write_text("not ours")
    assert stale(tmp_path) == []


def test_stale_finds_a_changed_a_missing_and_a_foreign_file(tmp_path: Path) -> None:
    write(NAMES, ["mermaid"], tmp_path)
    changed, missing, foreign = (tmp_path / f"{name}.mmd" for name in ("certificate", "policy", "tombstone"))
    changed.write_bytes(changed.read_bytes() + b"%% by hand\n")
    missing.unlink()
    foreign.write_text("stateDiagram-v2\n")
    assert stale(tmp_path) == [changed, missing, foreign]


def test_stale_finds_all_where_there_is_no_folder(tmp_path: Path) -> None:
    assert stale(tmp_path / "nowhere") == sorted(tmp_path / "nowhere" / f"{name}.mmd" for name in NAMES)


def test_the_committed_diagrams_are_current() -> None:
    assert stale(ROOT / "docs" / "diagrams") == []


# --- with and without the program dot


def fake_dot(folder: Path, body: str) -> None:
    program = folder / "dot"
    program.write_text(f"#!{sys.executable}\nimport sys\n{body}\n")
    program.chmod(0o755)


def test_the_system_dot_is_used_where_there_is_one(empty_path: Path) -> None:
    fake_dot(empty_path, "print('drawn as', sys.argv[-1], 'from', sys.stdin.read()[:14])")
    assert render.render("digraph policy {}", "png") == b"drawn as -Tpng from digraph policy\n"


def test_the_date_of_graphviz_is_taken_out_of_svg(empty_path: Path) -> None:
    fake_dot(empty_path, "print('<svg>\\n<!-- Generated by graphviz version 2.43.0 (0)\\n -->\\n</svg>')")
    assert render.render("digraph {}", "svg") == b"<svg>\n</svg>\n"


def test_a_system_dot_that_fails_is_quoted_in_one_line(empty_path: Path) -> None:
    fake_dot(empty_path, "sys.stderr.write('a\\nFormat: \"pdf\" not recognized\\n'); sys.exit(1)")
    with pytest.raises(DiagramError, match=r'^the system.s dot can not draw pdf: Format: "pdf" not recognized$'):
        render.render("digraph {}", "pdf")


@pytest.mark.usefixtures("empty_path")
@pytest.mark.parametrize("form", PICTURES)
def test_pictures_are_drawn_without_any_dot(form: str) -> None:
    assert len(render.render("digraph { policy [label=policy] }", form)) > 500


@pytest.mark.usefixtures("empty_path")
def test_the_wheel_draws_with_the_font_of_the_package_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FONTCONFIG_FILE", "/nowhere")
    fonts = set(re.findall(rb"/FontName /\w+\+(\S+)", draw("certificate", "pdf")))
    assert fonts == {font.stem.encode() for font in render.FONTS.glob("*.ttf")}


def test_the_program_that_uses_the_wheel_reads_dot_and_writes_a_picture(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    monkeypatch.setattr(sys, "argv", ["wheel.py", "svg"])
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"digraph { policy [label=policy] }")))
    run_path(str(render.FONTS.with_name("wheel.py")), run_name="__main__")
    assert b">policy</text>" in capsysbinary.readouterr().out


@pytest.mark.usefixtures("empty_path")
def test_what_the_wheel_can_not_draw_is_said_in_one_line() -> None:
    with pytest.raises(DiagramError, match=r"^the Graphviz in pygraphviz can not draw svg: .+$") as refused:
        render.render("digraph {", "svg")
    assert "\n" not in str(refused.value)


@pytest.mark.usefixtures("empty_path")
def test_where_there_is_no_graphviz_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "find_spec", lambda _: None)
    with pytest.raises(DiagramError, match=r"pip install pygraphviz.*apt-get install graphviz"):
        draw("policy", "svg")
    assert draw("policy", "mermaid")
