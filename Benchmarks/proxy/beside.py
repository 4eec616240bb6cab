# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""The ledger and verification without a proxy, and against an older build of them; see Scripts/build-beside."""

import json
import os
import pathlib
import statistics
import subprocess

from load import turned
from proxies import BenchError

WITHOUT_SHA = {"OPENSSL_ia32cap": ":~0x20000000"}


def has_sha_extensions():
    return " sha_ni" in pathlib.Path("/proc/cpuinfo").read_text()


def measure(program, folder, *arguments, environment=None):
    """What `countersign-bench` prints as JSON."""
    done = subprocess.run(
        [str(part) for part in (program, *arguments, "--dir", folder, "--json")], capture_output=True, text=True,
        env={**os.environ, **(environment or {})})
    if done.returncode != 0:
        raise BenchError(f"{program} {arguments[0]} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def alternate(programs, rounds, progress, what, once):
    """Each round runs every program once, in rotating order."""
    measured = {name: [] for name in programs}
    for number in range(rounds):
        progress(f"{what}, round {number + 1} of {rounds}")
        for name in turned(list(programs), number):
            measured[name].append(once(programs[name]))
    return measured


def over(measured, key):
    """Now divided by before, within each round."""
    return statistics.median(now[key] / before[key] for now, before in zip(measured["now"], measured["before"]))


def ledger(programs, targets, progress, folder, rounds):
    """Records a second with 1,024 writers, and one writer's wait."""
    def once(program):
        rows = measure(program, folder, "ledger", "--rounds", 1, "--record", "ordinary",
                       "--writers", 1, "--writers", 1024)
        return {"rate": rows[1]["appends_per_s"], "bound": rows[1]["of_bound"],
                "p50": rows[0]["p50_us"], "bare": rows[0]["p50_of_bare"]}

    measured = alternate(programs, rounds, progress, "ledger", once)
    print("\n| build | 1,024 writers, records/s | ÷ SHA-256 bound | one writer, p50 µs | ÷ bare append |")
    print("|---|---:|---:|---:|---:|")
    for name, each in measured.items():
        figures = {key: statistics.median(one[key] for one in each) for key in each[0]}
        print(f"| {name} | {figures['rate']:,.0f} | {figures['bound']:.2f} | {figures['p50']:,.0f} | "
              f"{figures['bare']:.2f} |")
    many, one = "ledger, 1,024 writers: records a second, × before", "ledger, one writer: p50, × before"
    if "before" in programs:
        targets.least(many, 3, over(measured, "rate"))
        targets.most(one, 1.05, over(measured, "p50"))
    else:
        targets.unmeasured(many, "≥ 3", "no build beside: BESIDE=…")
        targets.unmeasured(one, "≤ 1.05", "no build beside: BESIDE=…")
    return measured


def verification(programs, targets, progress, folder, rounds, records):
    """Records verified a second, each build with a log that it wrote itself."""
    def once(environment):
        return lambda program: measure(
            program, folder, "verification", "--rounds", 3, "--records", records, environment=environment)

    kinds = {"as the processor is": None}
    if has_sha_extensions():
        kinds = {"with SHA extensions": None, "without": WITHOUT_SHA}
    results = {}
    print("\n| build | | records/s | ÷ SHA-256 bound × processors | a proof, p50 µs | p99 µs | open and close, s "
          "| bytes a record |")
    print("|---|---|---:|---:|---:|---:|---:|---:|")
    for kind, environment in kinds.items():
        measured = alternate(programs, rounds, progress, f"verification, {kind}", once(environment))
        results[kind] = measured
        for name, each in measured.items():
            figures = {key: statistics.median(one[key] for one in each) for key in each[0]}
            print(f"| {name} | {kind} | {figures['verified_per_s']:,.0f} | {figures['of_sha256_bound']:.2f} | "
                  f"{figures['proof_p50_us']:,.0f} | {figures['proof_p99_us']:,.0f} | "
                  f"{figures['open_and_close_s']:.2f} | {figures['log_bytes_per_record']:,.0f} |", flush=True)
    what = "verification: records a second, × before"
    if "before" in programs:
        targets.least(what, 1.5, {
            kind if len(results) > 1 else "": over(measured, "verified_per_s")
            for kind, measured in results.items() if kind != "without"})
        if "without" in results:
            targets.beside(what + ", without SHA extensions", over(results["without"], "verified_per_s"))
    else:
        targets.unmeasured(what, "≥ 1.5", "no build beside: BESIDE=…")
    return results
