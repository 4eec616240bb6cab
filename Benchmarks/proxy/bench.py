# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Runs the parts of `make bench` and finally prints which targets were met; see Docs/Benchmarks.md."""

import argparse
import datetime
import json
import os
import pathlib
import re
import subprocess
import sys
import time

import beside
import catalog
import counts
import disks
import full_load
import light_load
import loops
from proxies import HERE, Bench, BenchError
from targets import Targets


class Run:
    """A run of the chosen parts: each prints its tables, and leaves its figures and its rows of the last table."""

    def __init__(self, arguments):
        self.arguments, self.targets, self.figures = arguments, Targets(), {}
        self.began = time.monotonic()

    def progress(self, text):
        minutes, seconds = divmod(int(time.monotonic() - self.began), 60)
        print(f"bench: {minutes:02}:{seconds:02} {text}", file=sys.stderr, flush=True)

    # The parts, in order.

    def counts(self):
        return counts.run(self.arguments.countersign, self.targets, self.progress)

    def proxies(self):
        return self.with_proxies(full_load)

    def light(self):
        return self.with_proxies(light_load)

    def disks(self):
        return self.with_proxies(disks, rounds=min(3, self.arguments.rounds))

    def loops(self):
        return self.with_proxies(loops)

    def ledger(self):
        self.tool("ledger", "--dir", self.arguments.dir, "--rounds", "3")
        return beside.ledger(
            self.programs(), self.targets, self.progress, self.arguments.dir, self.arguments.rounds)

    def verification(self):
        return beside.verification(
            self.programs(), self.targets, self.progress, self.arguments.dir, rounds=min(3, self.arguments.rounds),
            records=self.arguments.records)

    def catalog(self):
        # Ten million in full, one million in short.
        return catalog.run(
            self.programs()["now"], self.arguments.countersign, self.targets, self.progress, self.arguments.dir,
            10_000_000 if self.arguments.rounds >= 5 else 1_000_000, self.arguments.rounds, self.arguments.seconds)

    def tokens(self):
        self.tool("tokens")

    def endurance(self):
        self.script("endurance.py", "--requests", str(2 * self.arguments.records))

    def idle(self):
        self.script("idle_connections.py")

    def with_proxies(self, part, rounds=None):
        with Bench(self.arguments.countersign, self.arguments.unaudited) as bench:
            return part.run(bench, self.targets, self.progress, rounds or self.arguments.rounds,
                            self.arguments.seconds)

    def programs(self):
        """This build of countersign-bench, and the older one."""
        programs = {"now": self.arguments.ledger_bench}
        if self.arguments.beside:
            programs["before"] = self.arguments.beside / "countersign-bench"
        for program in programs.values():
            if not program or not os.access(program, os.X_OK):
                raise BenchError(f"no program at {program}; make bench builds one, Scripts/build-beside an older one")
        return programs

    def tool(self, *arguments):
        self.command(self.programs()["now"], *arguments)

    def script(self, name, *arguments):
        self.command(sys.executable, HERE / name, "--countersign", self.arguments.countersign, *arguments)

    @staticmethod
    def command(*command):
        print(flush=True)
        if subprocess.run([str(part) for part in command]).returncode != 0:
            raise BenchError(f"{command[0]} failed; what it said is above")


PARTS = {
    "counts": "Counts", "proxies": "Proxies", "light": "Light load", "disks": "Slow disks", "loops": "Event loops",
    "ledger": "Ledger", "verification": "Verification", "catalog": "Catalog", "tokens": "Tokens",
    "endurance": "Endurance", "idle": "Idle connections",
}


def machine():
    cpu = pathlib.Path("/proc/cpuinfo").read_text()
    model = re.search(r"(?m)^model name\s*: (.*)", cpu)
    return (f"{model.group(1) if model else 'unknown processor'}, {len(os.sched_getaffinity(0))} processors, "
            f"{'with' if beside.has_sha_extensions() else 'without'} SHA extensions, Linux {os.uname().release}, "
            f"{datetime.date.today()}")


def main():
    parser = argparse.ArgumentParser(description="Measure, and tell which targets were met.")
    parser.add_argument("--countersign", type=pathlib.Path, required=True, help="the program, built for release")
    parser.add_argument("--unaudited", type=pathlib.Path, help="the same, built without its log")
    parser.add_argument("--ledger-bench", type=pathlib.Path, help="countersign-bench, built for release")
    parser.add_argument("--beside", type=pathlib.Path, help="folder of an older build: see Scripts/build-beside")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="this part alone; may be repeated")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--records", type=int, default=500_000,
                        help="in the log that is verified; endurance asks for twice as many")
    parser.add_argument("--dir", type=pathlib.Path, default=pathlib.Path("."),
                        help="folder to work in, on the disk that is to be measured")
    parser.add_argument("--json", type=pathlib.Path, help="write the figures to this file")
    arguments = parser.parse_args()
    run = Run(arguments)
    print(f"## Machine\n\n{machine()}, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    failed = []
    for part in arguments.only or PARTS:
        run.progress(PARTS[part])
        print(f"\n## {PARTS[part]}", flush=True)
        try:
            run.figures[part] = getattr(run, part)()
        except (BenchError, OSError) as error:
            # The other parts are still useful; the run ends as failed.
            print(f"bench: {PARTS[part]}: {error}", file=sys.stderr, flush=True)
            failed.append(part)
    print("\n## Targets\n")
    run.targets.print()
    if arguments.json:
        arguments.json.write_text(json.dumps(
            {"machine": machine(), "targets": run.targets.rows, "figures": run.figures}, indent=2) + "\n")
    run.progress("done")
    if failed:
        sys.exit("bench: failed: " + ", ".join(failed))


if __name__ == "__main__":
    main()
