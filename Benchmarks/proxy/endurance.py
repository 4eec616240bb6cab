# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Measures whether memory grows with requests, and how long a start takes after a crash under load."""

import argparse
import pathlib
import statistics
import sys
import time

from load import Load
from proxies import Bench, BenchError, resident_bytes

LOAD = Load("GET", "1k")


def memory(bench, subject, requests):
    """Resident memory after each quarter of the requests."""
    rows, done = [], 0
    print("| requests | resident MiB | log MiB |\n|---:|---:|---:|", flush=True)
    for quarter in range(5):
        while done < requests * quarter // 4:
            done += LOAD.on(bench, subject)["requests"]
        if quarter == 0:
            done += LOAD.on(bench, subject, seconds=1)["requests"]
        resident = resident_bytes(subject.server.pid) / 2**20
        log = sum(file.stat().st_size for file in (bench.folder / subject.name).rglob("*")
                  if file.is_file()) / 2**20
        rows.append(resident)
        print(f"| {done:,} | {resident:.0f} | {log:.0f} |", flush=True)
    return rows


def starts(bench, subject, program, rounds):
    """Seconds from starting the program to its first connection, after a crash and after a clean end."""
    folder = bench.folder / subject.name
    command = [program, "serve", "-c", folder / "countersign.yaml", "--loops", "1"]
    times = {"crash": [], "order": []}
    for _ in range(rounds):
        for kind in times:
            LOAD.on(bench, subject)
            if kind == "crash":
                subject.server.process.kill()
                subject.server.process.wait()
            subject.server.stop()
            began = time.monotonic()
            subject.server = bench.server(f"start-{time.monotonic_ns()}", folder, command, subject.plain)
            times[kind].append(time.monotonic() - began)
    return times


def main():
    parser = argparse.ArgumentParser(description="Measure memory over many requests, and starts.")
    parser.add_argument("--countersign", required=True, help="the program, built for release")
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    program = pathlib.Path(arguments.countersign).resolve()
    try:
        with Bench(program) as bench:
            subject = bench.start("countersign")
            memory(bench, subject, arguments.requests)
            times = starts(bench, subject, program, arguments.rounds)
    except (BenchError, OSError) as error:
        sys.exit(f"endurance: {error}")
    print("\n| start after | median s | longest s |\n|---|---:|---:|")
    for kind, name in (("crash", "kill -9 under load"), ("order", "an orderly end")):
        print(f"| {name} | {statistics.median(times[kind]):.2f} | {max(times[kind]):.2f} |")


if __name__ == "__main__":
    main()
