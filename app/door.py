"""The front door: runs one command, tells its errors in one line, and keeps the exit codes of docs/reference.md."""

from __future__ import annotations

import logging
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from articles.errors import LagebildError

INTERRUPTED = 130
"""Exit code after Ctrl-C: 128 + SIGINT, as shells report it."""


def main() -> None:
    """Run the command line of this process."""
    code = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left to interrupt but the interpreter's own end
    sys.exit(code)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code; only ``--debug`` lets a traceback through."""
    try:
        code = _run(arguments)
    except KeyboardInterrupt:
        return _interrupted()
    return _interrupted() if code == INTERRUPTED else code  # typer answers so to Ctrl-C, without a word


def _run(arguments: Sequence[str]) -> int:
    from typer.exceptions import TyperException

    from app.cli import cli

    debug = "--debug" in arguments
    _quiet_libraries(debug)
    try:
        code = cli(args=list(arguments), prog_name="lagebild", standalone_mode=False)
        sys.stdout.flush()
    except TyperException as error:
        return _wrong_use(error)
    except LagebildError as error:
        if debug:
            traceback.print_exc()
        _say(str(error))
        return error.exit_code
    except EOFError:
        return INTERRUPTED
    except (BrokenPipeError, SystemExit):  # the reader of our output has gone, as in `lagebild search x | head`;
        # typer exits then, and for nothing else when it is not standalone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        return _fault(error)
    return code if isinstance(code, int) else 0


def _interrupted() -> int:
    _say("interrupted; nothing is lost, the next run goes on from here")
    return INTERRUPTED


def _quiet_libraries(debug: bool) -> None:
    """Show what Lagebild itself has to warn of, in one line each; what libraries log is for ``--debug``."""
    handler = logging.StreamHandler()
    handler.setFormatter(_OneLine() if not debug else logging.Formatter(logging.BASIC_FORMAT))
    logging.basicConfig(handlers=[handler], level=logging.INFO if debug else logging.CRITICAL)
    logging.getLogger("lagebild").setLevel(logging.WARNING)


class _OneLine(logging.Formatter):
    """Leaves the traceback out and shows no control character of crawled text."""

    def format(self, record: logging.LogRecord) -> str:
        message = " ".join(record.getMessage().split())
        if record.exc_info and record.exc_info[1] is not None:
            message += f" ({type(record.exc_info[1]).__name__}: {_one_line(record.exc_info[1])})"
        return "lagebild: " + "".join(char if char.isprintable() else "?" for char in message)


def _wrong_use(error: Exception) -> int:
    text = getattr(error, "format_message", error.__str__)()
    context = getattr(error, "ctx", None)
    _say(text)
    if context is not None:
        print(f"Try: {context.command_path} --help", file=sys.stderr)
    return 2


def _fault(error: Exception) -> int:
    """A fault of ours: the details go to a file, one line to the person."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    log = Path(tempfile.gettempdir()) / f"lagebild-fault-{stamp}-{os.getpid()}.log"
    text = f"{datetime.now(UTC).isoformat()} lagebild {' '.join(sys.argv[1:])}\n{traceback.format_exc()}"
    try:
        log.write_text(text, encoding="utf-8", errors="backslashreplace")
        where = f"details are in {log}"
    except OSError:
        where = "run it again with --debug for details"
    _say(f"a fault of Lagebild itself: {type(error).__name__}: {_one_line(error)}; {where}")
    return 4


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())[:200]


def _say(text: str) -> None:
    print(f"lagebild: {text}", file=sys.stderr)
