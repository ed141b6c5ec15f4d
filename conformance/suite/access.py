"""The options by which a command gets at a vault that is far away, and opening and leaving it.

Not here: what they mean (adapters).
"""

from __future__ import annotations

import functools
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import click
from certlife.adapters.port import VaultUnreachable
from certlife.adapters.targets import Access, Target, TargetUnknown, find_target, let_go
from certlife.conformance.console import PATH

_OPTIONS = (
    click.option("--token", metavar="TOKEN", help="a bearer token for the vault [default: $CERTLIFE_TOKEN, which other users of the machine do not see]"),
    click.option("--token-url", metavar="URL", help="where to get one with $CERTLIFE_CLIENT_ID and $CERTLIFE_CLIENT_SECRET"),
    click.option("--ca-file", type=PATH, help="the authorities whom TLS trusts, PEM [default: the system's]"),
    click.option("--insecure", is_flag=True, help="take any TLS certificate, and send tokens over plain http:// too"),
    click.option("--yes", is_flag=True, help="run against a vault in Azure"),
    click.option("--contacts", is_flag=True, help="change the contacts of a vault that is not made for it; they are put back"),
    click.option("--control-url", metavar="URL", help="the control endpoint of an emulator that runs already"),
    click.option("--control-token", metavar="TOKEN", envvar="CERTLIFE_CONTROL_TOKEN", help="its token [default: $CERTLIFE_CONTROL_TOKEN]"),
)
_NAMES = ("token", "token_url", "ca_file", "insecure", "yes", "contacts", "control_url", "control_token")


def access_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command these options, and what they say as `access`."""

    @functools.wraps(command)
    def with_access(*args: Any, **options: Any) -> Any:
        said: dict[str, Any] = {name: options.pop(name) for name in _NAMES}
        if not said["control_url"]:
            said["control_token"] = None  # a variable that is set for other runs says nothing about this one
        return command(*args, access=Access(**said), **options)

    for option in reversed(_OPTIONS):
        with_access = option(with_access)
    return with_access


@contextmanager
def opened(name: str, access: Access) -> Iterator[Target]:
    """The target of a name, and leave to it, however the command ends: with Ctrl-C, or told to end, as well.

    Raises: click.UsageError: there is no such target, or it can not be had so.
    """
    try:
        target = find_target(name, access)
    except (TargetUnknown, VaultUnreachable) as error:
        raise click.UsageError(str(error)) from None
    with _told_to_end():
        try:
            yield target
        except KeyboardInterrupt:
            click.echo("interrupted; tidying up", err=True)
            raise click.exceptions.Exit(2) from None
        finally:
            let_go(target)


@contextmanager
def _told_to_end() -> Iterator[None]:
    """Take SIGTERM and SIGHUP for Ctrl-C: what was made in somebody's vault has to be taken away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    former = {number: signal.signal(number, interrupt) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


_ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
