"""How long a command takes from the shell: the version, the library loaded and linked, a status.

    python tests/benchmarks/bench_startup.py [--rounds 9]

Prints wall and CPU seconds of whole processes, imports included: median and range.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

BIN = [sys.executable, "-m", "attestgraph.cli.main"]


def once(arguments: list[str]) -> tuple[float, float]:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.perf_counter()
    subprocess.run([*BIN, *arguments], check=True, stdout=subprocess.DEVNULL)
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "contoso"
        once(["demo", "--out", str(demo)])
        commands = {
            "--version": (["--version"], 0.25),
            "validate (library)": (["validate"], 1.0),
            "status RUN": (["status", str(demo / "run")], None),
            "demo": (["demo", "--out", str(demo)], None),
        }
        sys.stdout.write(f"{'':20}  {'wall s':>7}  {'range':>15}  {'CPU s':>6}  target\n")
        for name, (arguments, target) in commands.items():
            taken = [once(arguments) for _ in range(rounds)]
            walls = sorted(wall for wall, _ in taken)
            cpu = statistics.median(cpu for _, cpu in taken)
            span = f"{walls[0]:.3f} to {walls[-1]:.3f}"
            goal = "" if target is None else f"{target:.2f}"
            sys.stdout.write(
                f"{name:20}  {statistics.median(walls):7.3f}  {span:>15}  {cpu:6.3f}  {goal}\n"
            )


if __name__ == "__main__":
    main()
