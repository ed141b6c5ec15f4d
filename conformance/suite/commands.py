"""The commands that ask a vault: verify, replay, mutants.

Exit status: 0 conforms, 1 does not, 2 usage error or inconclusive. Not here: how a vault is verified (campaign), how the
result is told (told, document, junit, page).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click
from certlife.adapters.targets import Access
from certlife.conformance.console import PATH, PROFILES, err, out, write_json, write_text
from certlife.conformance.explain import near
from certlife.conformance.mutants.all import MUTANTS
from certlife.conformance.mutants.told import print_outcome, print_outcomes
from certlife.conformance.mutants.trials import document as mutants_document
from certlife.conformance.mutants.trials import trials
from certlife.conformance.register import entries
from certlife.conformance.register import rules as by_rule
from certlife.conformance.suite import gaps as known_gaps
from certlife.conformance.suite.access import access_options, opened
from certlife.conformance.suite.acts import ActMalformed
from certlife.conformance.suite.campaign import BUDGET, FOREIGN_BUDGET, Campaign, Progress
from certlife.conformance.suite.corpus import cases
from certlife.conformance.suite.coverage import ALL_RULES
from certlife.conformance.suite.document import document
from certlife.conformance.suite.history import HistoryMalformed, read
from certlife.conformance.suite.junit import junit
from certlife.conformance.suite.page import page
from certlife.conformance.suite.planner import PLAIN
from certlife.conformance.suite.rerun import rerun
from certlife.conformance.suite.saved import save
from certlife.conformance.suite.told import print_verified
from certlife.conformance.suite.verdict import Verified
from certlife.model.vocabulary import Profile
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn


@click.command("verify")
@click.argument("target")
@click.option("--profile", type=PROFILES, default="either", help="whom to believe where documents and service disagree")
@click.option("--only", multiple=True, metavar="ID", help="go for these rules alone, or for those of these requirements")
@click.option("--corpus", is_flag=True, help="run the named edge cases instead")
@click.option("--seed", type=int, default=0, show_default=True, help="the same seed asks the same of the same vault")
@click.option("--budget", type=click.IntRange(1), help=f"how many requests it may take [default: {BUDGET:,}, of a vault that is not made for it {FOREIGN_BUDGET:,}]")
@click.option("--gaps", type=PATH, help="known gaps of the target: the reason in a comment, the rules below it")
@click.option("--save", "folder", type=PATH, help="where to save findings: to be run again, as a shell script, as a picture")
@click.option("--json", "json_file", type=PATH, help="write the result as JSON ('-': standard output)")
@click.option("--junit", "junit_file", type=PATH, help="write the result as JUnit XML")
@click.option("--report", type=PATH, help="write the result as a web page")
@access_options
@click.pass_context
def verify_command(  # noqa: PLR0913 - one for each option
    context: click.Context,
    target: str,
    *,
    profile: str,
    only: tuple[str, ...],
    corpus: bool,
    seed: int,
    budget: int | None,
    gaps: Path | None,
    folder: Path | None,
    json_file: Path | None,
    junit_file: Path | None,
    report: Path | None,
    access: Access,
) -> None:
    """Verify a vault: walk it to every rule of the model, judge every answer, shorten what is found."""
    reasons = _gaps(gaps)
    for path in (json_file, junit_file, report):
        _writable(path)
    with opened(target, replace(access, budget=budget or FOREIGN_BUDGET)) as asked, _progress() as told:
        if corpus:
            verified = rerun(cases().values(), asked, profile=Profile(profile), seen=lambda run: told(f"case {run.history.name}"))
        else:
            verified = Campaign(
                asked,
                profile=Profile(profile),
                seed=seed,
                goals=_rules(only) if only else None,
                budget=budget or (BUDGET if asked.setups else FOREIGN_BUDGET),
                told=lambda progress: told(_line(progress)),
            ).verify()
    verified = known_gaps.applied(verified, reasons)
    _written(verified, folder=folder, json_file=json_file, junit_file=junit_file, report=report)
    context.exit(verified.status)


@click.command("replay")
@click.argument("file", type=PATH)
@click.argument("target")
@click.option("--profile", type=PROFILES, default="either", help="whom to believe where documents and service disagree")
@click.option("--json", "json_file", type=PATH, help="write the result as JSON ('-': standard output)")
@access_options
@click.pass_context
def replay_command(
    context: click.Context, file: Path, target: str, *, profile: str, json_file: Path | None, access: Access
) -> None:
    """Run a saved history again: a finding, or a case of the corpus by its name."""
    try:
        history = cases()[str(file)] if str(file) in cases() else read(file)
    except HistoryMalformed as error:
        raise click.UsageError(str(error)) from None
    try:
        with opened(target, access) as asked:
            verified = rerun([history], asked, profile=Profile(profile))
    except ActMalformed as error:
        raise click.UsageError(f"{file}: {error}") from None
    _written(verified, folder=None, json_file=json_file, junit_file=None, report=None)
    context.exit(verified.status)


@click.command("mutants")
@click.argument("names", nargs=-1)
@click.option("--profile", type=PROFILES, default="either", help="whom to believe where documents and service disagree")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--served", is_flag=True, help="have an emulator serve each, and verify it over TLS")
@click.option("--workers", type=click.IntRange(1), default=2, show_default=True, help="how many are verified at a time")
@click.option("--json", "json_file", type=PATH, help="write the result as JSON ('-': standard output)")
@click.pass_context
def mutants_command(
    context: click.Context,
    names: tuple[str, ...],
    *,
    profile: str,
    seed: int,
    served: bool,
    workers: int,
    json_file: Path | None,
) -> None:
    """Verify vaults that are each wrong in one way: all have to be found out, by a rule that is about it."""
    unknown = [name for name in names if name not in MUTANTS]
    if unknown:
        raise click.UsageError(f"no mutant is called {unknown[0]!r}")
    chosen = [MUTANTS[name] for name in names] if names else list(MUTANTS.values())
    outcomes = []
    quiet = json_file is not None and str(json_file) == "-"
    for outcome in trials(chosen, profile=Profile(profile), seed=seed, workers=min(workers, len(chosen)), served=served):
        outcomes.append(outcome)
        if not quiet:
            print_outcome(out(), outcome)
    if json_file is not None:
        write_json(json_file, mutants_document(outcomes))
    if not quiet:
        print_outcomes(out(), outcomes)
    context.exit(0 if all(outcome.caught for outcome in outcomes) else 1)


def _gaps(path: Path | None) -> dict[str, str]:
    try:
        return {} if path is None else dict(known_gaps.read(path))
    except known_gaps.GapsMalformed as error:
        raise click.UsageError(str(error)) from None


def _writable(path: Path | None) -> None:
    """See that a file can be written, before a vault is asked for an hour."""
    if path is None or str(path) == "-":
        return
    if path.is_dir() or not path.parent.is_dir() or not os.access(path if path.exists() else path.parent, os.W_OK):
        raise click.UsageError(f"{path}: it can not be written")


def _rules(ids: tuple[str, ...]) -> frozenset[str]:
    """The rules that ids stand for: rules themselves, or requirements with the rules that enforce them."""
    found: set[str] = set()
    known = entries()
    for one in ids:
        if one in ALL_RULES:
            found.add(one)
        elif one in by_rule():
            found |= PLAIN  # a rule about what answers show is held against every answer
        elif one in known and known[one].rules:
            named = {rule.rule for rule in known[one].rules}
            found |= (named & ALL_RULES) or PLAIN
        else:
            like = ", ".join(near(one))
            raise click.UsageError(f"nothing is called {one!r}" + (f"; perhaps {like}" if like else ""))
    return frozenset(found)


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """A line about how far it has come: rewritten at a terminal, and once for every stage elsewhere."""
    console = err()
    if not console.is_terminal:
        yield lambda line: console.print(line, highlight=False)
        return
    with Bar(SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console, transient=True) as bar:
        task = bar.add_task("beginning")
        yield lambda line: bar.update(task, description=line)


def _line(progress: Progress) -> str:
    found = f", {progress.problems} findings" if progress.problems else ""
    return f"{progress.stage}: {progress.requests:,} requests, {progress.reached} of {progress.goals} rules exercised{found}"


def _written(
    verified: Verified, *, folder: Path | None, json_file: Path | None, junit_file: Path | None, report: Path | None
) -> None:
    if folder is not None:
        try:
            for problem in verified.problems:
                save(problem, folder)
        except OSError as error:
            raise click.UsageError(f"{folder}: {error.strerror}") from None
    if junit_file is not None:
        write_text(junit_file, junit(verified))
    if report is not None:
        write_text(report, page(verified))
    if json_file is not None:
        write_json(json_file, document(verified))
    if json_file is None or str(json_file) != "-":
        print_verified(out(), verified, folder=folder)
