"""The entry point: arguments in, exit code out; the one place that catches everything."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Final

from attestgraph import __version__
from attestgraph.diagnostics import EngineError, as_text

EXIT_FAULT: Final = 70
EXIT_INTERRUPTED: Final = 130
EXIT_USAGE: Final = 2


def run() -> None:
    """Run the command line and leave with its exit code."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command.

    Returns:
        0 done, 1 problems found, 2 usage or unreadable input, 3 evidence missing, incomplete or
        too old, 70 a fault of ours, 130 interrupted (DESIGN section 8).
    """
    if list(arguments) == ["--version"]:
        # answered before anything heavy is imported
        sys.stdout.write(f"attestgraph {__version__}\n")
        return 0
    try:
        return _dispatch(arguments)
    except EngineError as error:
        _say(as_text(error.diagnostics))
        return error.exit_code
    except KeyboardInterrupt:
        _say("interrupted; nothing half-written is left, the command can be repeated")
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # the reader of our output went away; nothing more can be said
        sys.stdout = None
        return 0
    except OSError as error:
        _say(_os_error(error))
        return EXIT_USAGE
    except Exception as error:
        if os.environ.get("ATTESTGRAPH_DEBUG"):
            raise
        _say(
            f"error[internal]: {type(error).__name__}: {error}\n"
            "  help: this is a fault of attestgraph; set ATTESTGRAPH_DEBUG=1 to see where"
        )
        return EXIT_FAULT


def _dispatch(arguments: Sequence[str]) -> int:
    import typer

    from attestgraph.cli.commands import application

    command = typer.main.get_command(application())
    try:
        code = command.main(args=list(arguments), prog_name="attestgraph", standalone_mode=False)
    except typer.Exit as leave:
        return leave.exit_code
    except typer.Abort:
        return EXIT_INTERRUPTED
    except typer.TyperException as error:
        if not hasattr(error, "show"):
            raise
        error.show()
        return int(getattr(error, "exit_code", EXIT_USAGE))
    if code == EXIT_INTERRUPTED:
        # what typer makes of an interruption
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _os_error(error: OSError) -> str:
    from attestgraph.formats.terminal import escape

    place = f"{escape(str(error.filename))}: " if error.filename else ""
    return f"{place}error[input-output]: {(error.strerror or str(error)).lower()}"


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    run()
