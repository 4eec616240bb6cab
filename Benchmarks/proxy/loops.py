# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Two event loops compared with one, each loop on its own processor.

How much more two loops let through shows only where load, service and ledger have processors of their own, which takes five.
With fewer all share the loops' processors, and what can be told is a bound: if a request costs a loop as much when two run as
when one does, two are twice as fast. What they do to each other (caches, locks, the ledger's queue) is in that cost, since both
run at once; that the ledger's thread has to keep up with both is not.
"""

import os
import pathlib
import statistics

from load import Load, median, turned

LEAST = 1.7
# Two loops, the proxy's other threads, load, service.
ENOUGH = 5


def run(bench, targets, progress, rounds, seconds):
    processors = sorted(os.sched_getaffinity(0))
    has_enough = len(processors) >= ENOUGH
    subjects = {
        loops: bench.countersign(f"loops-{loops}", with_tls=False, loops=loops) for loops in (1, 2)}
    for subject in subjects.values():
        pin(subject.server.pid, processors, has_enough)
    if has_enough:
        for server in bench.servers:
            if server.name == "upstream":
                pin_family(server.pid, processors[4:])
        # wrk inherits it.
        os.sched_setaffinity(0, processors[3:4])
    try:
        measured = compare(bench, subjects, progress, rounds, seconds)
    finally:
        os.sched_setaffinity(0, processors)
    rates = statistics.median(two["rps"] / one["rps"] for one, two in zip(measured[1], measured[2]))
    bound = statistics.median(
        2 * one["loop_us"] / two["loop_us"] for one, two in zip(measured[1], measured[2]))
    print("\n| event loops | requests/s | loop µs a request | ledger µs |\n|---:|---:|---:|---:|")
    for loops, each in measured.items():
        print(f"| {loops} | {median(each, 'rps'):,.0f} | {median(each, 'loop_us'):.1f} | "
              f"{median(each, 'ledger_us'):.1f} |")
    what = "two event loops, × one"
    if has_enough:
        targets.least(what, LEAST, rates)
    else:
        targets.unmeasured(
            what, f"≥ {LEAST}", f"takes {ENOUGH} processors, here are {len(processors)}; {rates:.2f} while load, "
            f"service and ledger share the loops' processors")
    targets.least("the same, as what a request costs a loop allows", LEAST, bound)
    return measured


def pin(pid, processors, has_enough):
    """Each loop to a processor; with enough of them, the program's other threads to a third."""
    if has_enough:
        pin_family(pid, processors[2:3])
    number = 0
    for task in sorted(pathlib.Path(f"/proc/{pid}/task").iterdir(), key=lambda task: int(task.name)):
        if task.joinpath("comm").read_text().startswith("NIO-ELT"):
            os.sched_setaffinity(int(task.name), [processors[number % len(processors)]])
            number += 1


def pin_family(pid, processors):
    """All threads of a process and of those it started."""
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rsplit(")", 1)[1].split()[1])
            if pid in (int(stat.parent.name), parent):
                for task in stat.parent.joinpath("task").iterdir():
                    os.sched_setaffinity(int(task.name), processors)
        except (OSError, ValueError):
            continue


def compare(bench, subjects, progress, rounds, seconds):
    load = Load("GET", "0", connections=128, seconds=seconds)
    progress(f"one loop and two: {load}")
    measured = {loops: [] for loops in subjects}
    for subject in subjects.values():
        load.on(bench, subject, seconds=1)
    for number in range(rounds):
        for loops in turned(list(subjects), number):
            measured[loops].append(load.on(bench, subjects[loops]))
    return measured
