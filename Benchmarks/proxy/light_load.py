# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What one access waits and costs if there is little else to do: with one connection, and with eight."""

import statistics

from load import Load, median, ratio, turned
from slow_disk import SlowDisk

SYNCS = {"GET": 1, "POST": 2}


def run(bench, targets, progress, rounds, seconds):
    nginx = bench.start("nginx")
    disk = SlowDisk(bench, "countersign", with_tls=False)
    print("\n| | connections | nginx p50 µs | p50 µs | sync µs | added, in syncs | added − syncs, µs | nginx CPU µs "
          "| CPU µs | of it loop | ledger | × nginx |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    results, added, costs = {}, {}, {}
    for method, syncs in SYNCS.items():
        for connections in (1, 8):
            load = Load(method, "1k", connections=connections, seconds=seconds)
            progress(str(load))
            ours, beside = compare(bench, nginx, disk, load, rounds)
            label = f"{method}, {connections} connection{'' if connections == 1 else 's'}"
            waits = [one["p50_us"] - other["p50_us"] for one, other in zip(ours, beside)]
            in_syncs = statistics.median(wait / one["sync_us"] for wait, one in zip(waits, ours))
            added[label] = statistics.median(
                wait - syncs * one["sync_us"] for wait, one in zip(waits, ours))
            costs[label] = ratio(ours, beside, "cpu_us")
            results[label] = {"nginx": beside, "countersign": ours}
            print(f"| {method} | {connections} | {median(beside, 'p50_us'):,.0f} | {median(ours, 'p50_us'):,.0f} | "
                  f"{median(ours, 'sync_us'):,.0f} | {in_syncs:.2f} | {added[label]:,.0f} | "
                  f"{median(beside, 'cpu_us'):.0f} | {median(ours, 'cpu_us'):.0f} | {median(ours, 'loop_us'):.0f} | "
                  f"{median(ours, 'ledger_us'):.0f} | {costs[label]:.2f} |", flush=True)
    targets.most(
        "light load: p50 added over nginx beyond one sync (POST two)", 120, added, unit=" µs", digits=0)
    targets.most("light load: CPU × nginx's", 2.5, costs)
    return results


def compare(bench, nginx, disk, load, rounds):
    """Our rounds and nginx's, in turn."""
    ours, beside = [], []
    load.on(bench, nginx, seconds=1)
    disk.measure(bench, load)
    for number in range(rounds):
        for is_ours in turned([False, True], number):
            if is_ours:
                ours.append(disk.measure(bench, load))
            else:
                beside.append(load.on(bench, nginx))
    return ours, beside
