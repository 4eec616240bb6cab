# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Waits and throughput on disks as they are: each fdatasync takes 0, 1, 5 and 10 ms longer."""

import statistics

from load import Load, median, turned
from slow_disk import SlowDisk

DELAYS = [0, 1, 5, 10]
FOLLOWS = ("    limit: { per: actor, rate: 1000000/s, burst: 100000 }", "    audit: { outcome: follows }")
WRITTEN = ("  key_file: log.key", "  durability: written")
CHOICES = {"audit.outcome: follows": [FOLLOWS], "log.durability: written": [WRITTEN]}


def run(bench, targets, progress, rounds, seconds):
    nginx = bench.start("nginx")
    disks = {"default": SlowDisk(bench, "default", with_tls=False)}
    for number, (choice, settings) in enumerate(CHOICES.items()):
        disk = SlowDisk(bench, f"choice-{number}", with_tls=False, settings=settings)
        if disk.subject:
            disks[choice] = disk
    print("\n| | | connections | + ms | sync µs | a second | × fast disk | × nginx | p50 ms | p99 ms | p50 added "
          "over nginx, in syncs | over the fast disk |")
    print("|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    found = {}
    for connections in (64, 1024):
        for method in ("GET", "POST"):
            # The effect of these choices does not depend on how many wait.
            names = list(disks) if connections == 64 else ["default"]
            load = Load(method, "1k", connections=connections, seconds=seconds)
            progress(str(load))
            measured = compare(bench, nginx, {name: disks[name] for name in names}, load, rounds)
            for name in names:
                found[name, method, connections] = show(name, load, measured)
    judge(found, disks, targets)
    return {", ".join(map(str, key)): rows for key, rows in found.items()}


def compare(bench, nginx, disks, load, rounds):
    """Rounds by name and delay; each round goes through all delays and measures nginx at each."""
    measured = {(name, delay): [] for name in ["nginx", *disks] for delay in DELAYS}
    load.on(bench, nginx, seconds=1)
    for disk in disks.values():
        disk.set_delay(0)
        disk.measure(bench, load)
    for number in range(rounds):
        for delay in turned(DELAYS, number):
            for name in turned(["nginx", *disks], number):
                if name == "nginx":
                    measured[name, delay].append(load.on(bench, nginx))
                else:
                    disks[name].set_delay(delay)
                    measured[name, delay].append(disks[name].measure(bench, load))
    return measured


def show(name, load, measured):
    """Prints a row for each delay; returns, by delay, the figures that targets need."""
    figures = {}
    fast = measured[name, 0]
    for delay in DELAYS:
        ours, beside = measured[name, delay], measured["nginx", delay]
        syncs = statistics.median(
            (one["p50_us"] - other["p50_us"]) / one["sync_us"] for one, other in zip(ours, beside))
        over_fast = statistics.median(
            (one["p50_us"] - other["p50_us"]) / one["sync_us"] for one, other in zip(ours, fast))
        of_fast = statistics.median(one["rps"] / other["rps"] for one, other in zip(ours, fast))
        of_nginx = statistics.median(one["rps"] / other["rps"] for one, other in zip(ours, beside))
        figures[delay] = {"syncs": syncs, "over_fast": over_fast, "of_fast": of_fast, "rounds": ours}
        print(f"| {name} | {load.method} | {load.connections} | {delay} | {median(ours, 'sync_us'):,.0f} | "
              f"{median(ours, 'rps'):,.0f} | {of_fast:.2f} | {of_nginx:.2f} | {median(ours, 'p50_us') / 1000:.2f} | "
              f"{median(ours, 'p99_us') / 1000:.2f} | {syncs:.2f} | "
              f"{f'{over_fast:.2f}' if delay else '–'} |", flush=True)
    return figures


def judge(found, disks, targets):
    def by_delay(name, method, connections, key):
        return {f"{delay} ms": figures[key]
                for delay, figures in found[name, method, connections].items() if delay}

    for connections in (64, 1024):
        for method, limit in (("GET", 1.3), ("POST", 2.3)):
            targets.most(
                f"slow disk, {connections:,} connections: {method} p50 added over nginx, in syncs", limit,
                by_delay("default", method, connections, "syncs"))
            # With as many waiting as the processor can serve, most of what is added over nginx is not the disk's.
            if connections == 1024:
                targets.beside(
                    f"slow disk, 1,024 connections: {method} p50 added over the fast disk, in syncs",
                    by_delay("default", method, connections, "over_fast"))
    targets.least(
        "slow disk, 1,024 connections: GET a second, × the fast disk's", 0.8,
        by_delay("default", "GET", 1024, "of_fast"))
    targets.beside(
        "slow disk, 1,024 connections: POST a second, × the fast disk's",
        by_delay("default", "POST", 1024, "of_fast"))
    for choice in CHOICES:
        what = f"slow disk, 64 connections, `{choice}`: {{}} p50 added over nginx, in syncs"
        if choice not in disks:
            targets.unmeasured(
                what.format("GET and POST"), "≤ 1.3" if "follows" in choice else "",
                "this program does not know the key")
        elif "follows" in choice:
            for method in ("GET", "POST"):
                targets.most(what.format(method), 1.3, by_delay(choice, method, 64, "syncs"))
        else:
            for method in ("GET", "POST"):
                targets.beside(what.format(method), by_delay(choice, method, 64, "syncs"))
