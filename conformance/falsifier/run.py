"""Falsify recorded sessions in every way at every place, and count how many of them the judge refuses.

An oracle that always agrees proves nothing. Every recording below a folder is changed in one place at a time, so that
no conforming service can have produced it; the judge must refuse at least 97 of 100. Not here: the ways
(ways) and the judge. A recording that the judge refuses as it is proves nothing and is set aside.

    python -m certlife.conformance.falsifier FOLDER [--json FILE] [--way NAME]... [--jobs N]

Exit status: 0 enough were refused, 1 too few, 2 usage error or nothing was falsified.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from certlife.conformance.falsifier.story import Story
from certlife.conformance.falsifier.ways import FALSIFICATIONS, Falsification
from certlife.conformance.readers import UnreadableRecording, read

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from certlife.conformance.readers import Session
    from certlife.model.values import Exchange

ENOUGH: Final = 0.97
"""The share of falsified sessions that the judge must refuse."""

_SUFFIXES = frozenset({".json", ".har", ".yaml", ".yml"})
_RULES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Falsified:
    """A session with one false answer.

    Attributes:
        way: how it was falsified.
        place: the index of the exchange whose answer is false.
        exchanges: the whole session; all but the one at `place` are those of the original.
    """

    way: Falsification
    place: int
    exchanges: tuple[Exchange, ...]


def falsify(exchanges: Sequence[Exchange], only: Collection[str] = ()) -> Iterator[Falsified]:
    """Falsify a session, one way at one place at a time, in the order of places.

    Args:
        exchanges: the session; it is not changed, and the falsified ones share what they have in common with it.
        only: names of ways; every way where it is empty.
    """
    story = Story.of(exchanges)
    ways = [way for way in FALSIFICATIONS if not only or way.name in only]
    for place, exchange in enumerate(exchanges):
        for way in ways:
            answer = way.apply(story, place)
            if answer is not None:
                told = replace(exchange, answer=answer)
                yield Falsified(way, place, (*exchanges[:place], told, *exchanges[place + 1 :]))


class Finding(Protocol):
    """What the judge names when it refuses."""

    @property
    def rule(self) -> str:
        """The id of the rule that was broken."""


class Verdict(Protocol):
    """What the judge says about a session."""

    @property
    def verdict(self) -> str:
        """`conforms`, `deviates` or `inconclusive`."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong, in the order of steps."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of one falsified session.

    Attributes:
        rules: those that the judge named, the first finding's first; none where it did not refuse.
    """

    way: str
    place: int
    refused: bool
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trials:
    """What became of one recording.

    Attributes:
        set_aside: why its falsified sessions prove nothing; "" where they were judged.
    """

    file: str
    set_aside: str = ""
    trials: tuple[Trial, ...] = ()


def judge_falsified(
    session: Session, judge: Callable[[Session], Verdict], only: Collection[str] = ()
) -> Iterator[Trial]:
    """Put every falsified form of a session before the judge."""
    for falsified in falsify(session.exchanges, only):
        verdict = judge(replace(session, exchanges=falsified.exchanges))
        rules = tuple(dict.fromkeys(finding.rule for finding in verdict.findings))
        yield Trial(falsified.way.name, falsified.place, verdict.verdict == "deviates", rules)


@dataclass(frozen=True, slots=True)
class _Undecided:
    """The verdict on a session that leaves more open than the judge can follow."""

    verdict: str = "inconclusive"
    findings: tuple[Finding, ...] = ()


def _court() -> Callable[[Session], Verdict]:
    """The judge, as `certlife check-trace` calls it for the profile `service`."""
    # The judge is heavy, and a caller who only falsifies does not need it.
    from certlife.adapters.x509 import X509Reader  # noqa: PLC0415
    from certlife.conformance.judge import judge  # noqa: PLC0415
    from certlife.model.errors import BeliefTooLarge  # noqa: PLC0415
    from certlife.model.vocabulary import Profile  # noqa: PLC0415

    reader = X509Reader()

    def decide(session: Session) -> Verdict:
        try:
            return judge(session, profile=Profile.SERVICE, reader=reader)
        except BeliefTooLarge:
            return _Undecided()

    return decide


def try_file(path: Path, only: Collection[str] = ()) -> Trials:
    """Falsify one recording and judge what comes of it."""
    judge = _court()
    try:
        session = read(path)
    except UnreadableRecording as error:
        return Trials(str(path), f"cannot be read: {error.reason}")
    if judge(session).verdict == "deviates":
        return Trials(str(path), "the judge refuses it as it was recorded")
    return Trials(str(path), trials=tuple(judge_falsified(session, judge, only)))


@dataclass(slots=True)
class _Count:
    made: int = 0
    refused: int = 0
    rules: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Report:
    """The trials of many recordings, counted."""

    files: tuple[Trials, ...]

    @property
    def made(self) -> int:
        """How many falsified sessions were judged."""
        return sum(len(file.trials) for file in self.files)

    @property
    def refused(self) -> int:
        """How many of them the judge refused."""
        return sum(trial.refused for file in self.files for trial in file.trials)

    @property
    def is_enough(self) -> bool:
        """Whether the judge refused at least 97 of 100."""
        return self.made > 0 and self.refused >= ENOUGH * self.made

    @property
    def not_refused(self) -> list[tuple[str, int, str]]:
        """The falsified sessions that the judge took for true: file, place, way."""
        return [
            (file.file, trial.place, trial.way) for file in self.files for trial in file.trials if not trial.refused
        ]

    def by_way(self) -> dict[str, _Count]:
        """The counts of every way that was tried, in the order of the table."""
        counts = {way.name: _Count() for way in FALSIFICATIONS}
        for trial in (trial for file in self.files for trial in file.trials):
            count = counts[trial.way]
            count.made += 1
            count.refused += trial.refused
            count.rules.update(trial.rules[:1])
        return {way: count for way, count in counts.items() if count.made}

    def as_json(self) -> dict[str, object]:
        """The report as one document."""
        return {
            "made": self.made,
            "refused": self.refused,
            "share": self.refused / self.made if self.made else None,
            "ways": {way: {"made": count.made, "refused": count.refused, "rules": dict(count.rules.most_common())}
                     for way, count in self.by_way().items()},
            "not_refused": [{"file": file, "place": place, "way": way} for file, place, way in self.not_refused],
            "set_aside": {file.file: file.set_aside for file in self.files if file.set_aside},
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """The report as text: a line for each way, the total, what was not refused, what was set aside."""
        yield f"{'way':<34} {'made':>6} {'refused':>8} {'%':>6}  rules most often named first"
        for way, count in self.by_way().items():
            named = ", ".join(f"{rule} ({times})" for rule, times in count.rules.most_common(_RULES_SHOWN))
            yield f"{way:<34} {count.made:>6} {count.refused:>8} {_percent(count.refused, count.made):>6}  {named}"
        yield f"{'total':<34} {self.made:>6} {self.refused:>8} {_percent(self.refused, self.made):>6}"
        yield from (f"not refused: {file} step {place}: {way}" for file, place, way in self.not_refused)
        yield from (f"set aside: {file.file}: {file.set_aside}" for file in self.files if file.set_aside)


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "-"


def _recordings(folder: Path) -> list[Path]:
    found = (path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in _SUFFIXES)
    # The largest first, so that no core is left alone with it at the end.
    return sorted(found, key=lambda path: (-path.stat().st_size, path))


def run(paths: Sequence[Path], only: Collection[str] = (), *, jobs: int = 1) -> Report:
    """Falsify recordings and judge what comes of them; progress goes to standard error.

    Args:
        paths: the recordings.
        only: names of ways; every way where it is empty.
        jobs: how many processes work at the same time, >= 1.
    """
    attempt = partial(try_file, only=tuple(only))
    if jobs == 1:
        return _collected(map(attempt, paths), len(paths))
    with ProcessPoolExecutor(jobs) as pool:
        return _collected(pool.map(attempt, paths), len(paths))


def _collected(results: Iterable[Trials], total: int) -> Report:
    files: list[Trials] = []
    for result in results:
        files.append(result)
        sys.stderr.write(f"{len(files)}/{total} {result.file}: {len(result.trials)} falsified\n")
    return Report(tuple(sorted(files, key=lambda file: file.file)))


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m certlife.conformance.falsifier.run", description=__doc__.split("\n", 1)[0]
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="every recording below it is falsified")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the report there, too")
    parser.add_argument("--way", action="append", default=[], metavar="NAME", help="only this way (may be repeated)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes (default: one a core)"
    )
    arguments = parser.parse_args(argv)
    unknown = sorted(set(arguments.way) - {way.name for way in FALSIFICATIONS})
    if unknown:
        parser.error(f"no such way: {', '.join(unknown)}")
    if arguments.jobs < 1:
        parser.error(f"--jobs must be at least 1, not {arguments.jobs}")
    if not arguments.folder.is_dir():
        parser.error(f"no such folder: {arguments.folder}")
    return arguments


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    arguments = _arguments(argv)
    report = run(_recordings(arguments.folder), arguments.way, jobs=arguments.jobs)
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    if arguments.json:
        arguments.json.write_text(json.dumps(report.as_json(), indent=1) + "\n", encoding="utf-8")
    if not report.made:
        return 2
    return 0 if report.is_enough else 1

