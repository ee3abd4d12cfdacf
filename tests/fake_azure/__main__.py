"""Start a fake Azure by hand: `python -m tests.fake_azure --resources 50000`.

Prints one line of JSON (endpoint, ca_file, env), then lines to export, and serves until it is
interrupted or its standard input ends (`--until-eof`, for a parent process).
"""

from __future__ import annotations

import argparse
import shlex
import signal
import sys
import threading
from datetime import datetime
from pathlib import Path

import orjson

from tests.fake_azure import FakeAzure, Fault, Quota, Request, Tenant
from tests.fake_azure.tenant import EVALUATED


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop."""
    options = _options().parse_args(arguments)
    tenant = Tenant.of(
        options.seed,
        resources=options.resources,
        subscriptions=options.subscriptions,
        states=options.states,
        vaults=options.vaults,
        at=options.at,
    )
    quota = Quota(requests=options.quota, seconds=options.quota_seconds)
    fake = FakeAzure(
        tenant,
        clock_scale=options.clock_scale,
        quotas={"graph": quota, "states": quota},
        port=options.port,
    )
    if options.faults:
        fake.faults.add(*map(Fault.from_json, orjson.loads(options.faults.read_bytes())))
    if options.verbose:
        fake.app.on_log = _show
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with fake:
        env = fake.credential_env(options.auth)
        told = {"endpoint": fake.endpoint, "ca_file": fake.ca_file, "env": env}
        lines = [orjson.dumps(told).decode()]
        lines += [f"export {name}={shlex.quote(value)}" for name, value in env.items()]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        if options.until_eof:
            sys.stdin.read()
        else:
            stop.wait()
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_azure", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resources", type=int, default=1000)
    parser.add_argument("--subscriptions", type=int, default=4)
    parser.add_argument("--states", type=int, default=0)
    parser.add_argument("--vaults", type=int, default=None, help="how many resources are vaults")
    parser.add_argument(
        "--at", type=datetime.fromisoformat, default=EVALUATED, help="of the states"
    )
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--clock-scale", "--clock", type=float, default=1.0)
    parser.add_argument("--quota", type=int, default=15, help="requests in a window")
    parser.add_argument("--quota-seconds", type=float, default=5.0, help="length of a window")
    parser.add_argument("--faults", type=Path, help="a JSON list of rules")
    parser.add_argument(
        "--auth",
        default="secret",
        choices=["secret", "workload-identity", "managed-identity", "no-roles", "wrong-secret"],
    )
    parser.add_argument("--until-eof", action="store_true", help="serve until stdin ends")
    parser.add_argument("--verbose", action="store_true", help="a line on stderr for a request")
    return parser


def _show(request: Request) -> None:
    met = f" [{', '.join(request.fault)}]" if request.fault else ""
    sys.stderr.write(
        f"{request.at:9.3f} {request.status} {request.method} {request.path} "
        f"{request.page + 1}/{request.pages}{met}\n"
    )


if __name__ == "__main__":
    sys.exit(main())
