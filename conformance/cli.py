"""The command line.

Exit status: 0 conforms, 1 does not, 2 usage error or inconclusive. The verdict goes to standard output, progress and
errors to standard error. Not here: what the commands do (one module each).
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import click
from certlife import diagrams
from certlife.conformance import check_trace, explain, exploration, report
from certlife.conformance.console import PATH, PROFILES, err, out, write_json
from certlife.conformance.register import entries
from certlife.conformance.serve import serve_command
from certlife.conformance.suite.commands import mutants_command, replay_command, verify_command
from certlife.model.explore import explore
from certlife.model.vocabulary import Profile
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="certlife")
def main() -> None:
    """The life of a certificate in Azure Key Vault, as an executable model."""


@main.command("check-trace")
@click.argument("files", nargs=-1, type=PATH)
@click.option("--profile", type=PROFILES, default="either", help="whom to believe where documents and service disagree")
@click.option("--json", "json_file", type=PATH, help="write the result as JSON ('-': standard output)")
@click.option("--samples", is_flag=True, help="judge the recordings that come with the package")
@click.pass_context
def check_trace_command(
    context: click.Context, files: tuple[Path, ...], profile: str, json_file: Path | None, *, samples: bool
) -> None:
    """Judge recordings: trace JSON, HAR 1.2, Azure test-proxy JSON, VCR YAML; folders are searched for them."""
    paths = [*_recordings(files), *(_samples() if samples else [])]
    if not paths:
        raise click.UsageError("name at least one recording, or --samples")
    with Progress(console=err(), transient=True, disable=not err().is_terminal) as progress:
        task = progress.add_task("judging", total=len(paths))
        checked = check_trace.check(paths, profile=Profile(profile), seen=lambda _: progress.advance(task))
    for file in checked.files:
        if file.error:
            click.echo(file.error.encode("utf-8", "backslashreplace").decode(), err=True)
    if json_file is not None:
        write_json(json_file, check_trace.document(checked))
    if json_file is None or str(json_file) != "-":
        report.print_checked(out(), checked)
    context.exit(checked.status)


def _recordings(files: tuple[Path, ...]) -> Iterator[Path]:
    for path in files:
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in (".json", ".har", ".yaml", ".yml"))
        else:
            yield path


def _samples() -> list[Path]:
    folder = Path(str(resources.files("certlife.conformance").joinpath("samples")))
    return [path for path in sorted(folder.iterdir()) if path.is_file()]


@main.command("explain")
@click.argument("identifier")
@click.pass_context
def explain_command(context: click.Context, identifier: str) -> None:
    """Explain a requirement, rule, observed fact, contradiction or silence by its ID."""
    lines = explain.explain(identifier)
    if lines is None:
        like = ", ".join(explain.near(identifier))
        click.echo(f"nothing is called {identifier!r}" + (f"; perhaps {like}" if like else ""), err=True)
        context.exit(2)
    for line in lines or []:
        out().print(line, soft_wrap=True, highlight=False)


@main.command("requirements")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@click.option("--all", "every", is_flag=True, help="observed facts, contradictions, silences and field notes as well")
def requirements_command(*, as_json: bool, every: bool) -> None:
    """The catalogue: every requirement with the rules that enforce it, or why none does."""
    chosen = [entry for entry in entries().values() if every or entry.kind == "requirement"]
    if as_json:
        document = {
            entry.id: {**entry.members, "kind": entry.kind, "rules": [rule.rule for rule in entry.rules]} for entry in chosen
        }
        click.echo(json.dumps(document, indent=1, default=str))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("id", "level", "what it says", "enforced by"):
        table.add_column(name, overflow="fold")
    for entry in chosen:
        by = " ".join(rule.rule for rule in entry.rules) or f"not modelled: {entry.unmodelled}"
        table.add_row(entry.id, str(entry.members.get("level", "")), escape(entry.text), escape(by))
    out().print(table)
    enforced = sum(bool(entry.rules) for entry in chosen)
    out().print(f"{len(chosen)} in all, {enforced} enforced, {len(chosen) - enforced} not modelled", highlight=False)


@main.command("diagram")
@click.argument("names", nargs=-1)
@click.option("--format", "formats", default="svg", help="some of svg,png,pdf,dot,mermaid,scxml")
@click.option("-o", "folder", type=click.Path(path_type=Path, file_okay=False), default=Path(), help="where to write them")
@click.option("--check", is_flag=True, help="exit 1 if the Mermaid files in the folder are stale; writes nothing")
@click.pass_context
def diagram_command(context: click.Context, names: tuple[str, ...], formats: str, folder: Path, *, check: bool) -> None:
    """Draw the life cycles, from the tables: certificate, operation, version, policy, issuer, contacts, lifecycle."""
    try:
        if check:
            stale = diagrams.stale(folder)
            for path in stale:
                click.echo(f"stale: {path}")
            context.exit(1 if stale else 0)
        wanted = tuple(part.strip() for part in formats.split(",") if part.strip())
        for path in diagrams.write(names or diagrams.NAMES, wanted, folder):
            click.echo(str(path))
    except diagrams.DiagramError as error:
        raise click.UsageError(str(error)) from None


@main.command("explore")
@click.option("--json", "as_json", is_flag=True, help="as JSON")
@click.pass_context
def explore_command(context: click.Context, *, as_json: bool) -> None:
    """Walk every reachable joint state at small scope, and check the invariants."""
    begin = time.perf_counter()
    explored = explore()
    seconds = time.perf_counter() - begin
    if as_json:
        click.echo(json.dumps(exploration.document(explored, seconds), indent=1))
    else:
        exploration.print_explored(out(), explored, seconds)
    context.exit(0 if exploration.holds(explored) else 1)


main.add_command(verify_command)
main.add_command(replay_command)
main.add_command(mutants_command)
main.add_command(serve_command)
