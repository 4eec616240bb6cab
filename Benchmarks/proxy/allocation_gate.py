# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Counts the heap allocations that the real program makes for one request, and holds them against a budget.

Counts do not depend on how busy the machine is, so that they can be a gate where times cannot.
"""

import argparse
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile

import proxy_bench


def counts(file, pid):
    """Allocations so far, by the name of the thread."""
    sums = {}
    for thread, count in struct.iter_unpack("QQ", file.read_bytes()):
        try:
            name = pathlib.Path(f"/proc/{pid}/task/{thread}/comm").read_text().strip()
        except OSError:
            continue
        name = "event loop" if name.startswith("NIO-ELT") else name
        sums[name] = sums.get(name, 0) + count
    return sums


def main():
    parser = argparse.ArgumentParser(description="Count allocations a request.")
    parser.add_argument("--countersign", required=True, help="the program, built for release")
    parser.add_argument("--budget", type=pathlib.Path, default=proxy_bench.HERE / "allocations.json")
    arguments = parser.parse_args()
    arguments.connections, arguments.proxies = 64, []
    budget = json.loads(arguments.budget.read_text())
    folder = pathlib.Path(tempfile.mkdtemp(prefix="countersign-gate-"))
    bench = proxy_bench.Bench(arguments, folder)
    misses = []
    try:
        library = folder / "allocation_counter.so"
        subprocess.run(
            ["cc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", library,
             proxy_bench.HERE / "allocation_counter.c"], check=True)
        file = folder / "counts"
        bench.prepare()
        os.environ["LD_PRELOAD"] = str(library)
        os.environ["ALLOCATION_COUNTS"] = str(file)
        try:
            subject = bench.start_countersign()
        finally:
            del os.environ["LD_PRELOAD"]
        print("| request | thread | allocations | budget |\n|---|---|---:|---:|")
        for case, allowed in budget.items():
            method, payload = case.split("-")
            bench.load(subject, method, payload, False, 1)
            before = counts(file, subject.server.pid)
            requests = bench.load(subject, method, payload, False, 2)["requests"]
            after = counts(file, subject.server.pid)
            for thread, most in allowed.items():
                each = (after[thread] - before[thread]) / requests
                print(f"| {case} | {thread} | {each:.1f} | {most} |")
                if each > most:
                    misses.append(f"{case}: {each:.1f} allocations on the {thread}, {most} allowed")
    except proxy_bench.BenchError as error:
        sys.exit(f"allocation gate: {error}")
    finally:
        for server in reversed(bench.servers):
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    if misses:
        sys.exit("allocation gate: " + "; ".join(misses) +
                 ". Find what allocates (Docs/Internals/Performance.md), or raise the budget and say why.")


if __name__ == "__main__":
    main()
