# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What a GET takes by count: instructions, retains and allocations, which do not depend on the machine's other load."""

import allocation_gate
import instruction_gate
from proxies import Bench


def run(program, targets, progress):
    progress("instructions and retains, under callgrind")
    with instruction_gate.InstrumentedBench(program) as bench:
        counted = instruction_gate.measure(bench, rounds=60)
    progress("allocations")
    with Bench(program) as bench:
        [(_, allocations)] = allocation_gate.measure(bench, ["GET-0"])
    loop, ledger = counted["event loop"], counted["ledger"]
    print("\n| a GET | event loop | ledger |\n|---|---:|---:|")
    print(f"| instructions | {loop['instructions']:,.0f} | {ledger['instructions']:,.0f} |")
    print(f"| retains | {loop['retains']:,.0f} | {ledger['retains']:,.0f} |")
    print(f"| allocations | {allocations['event loop']:.1f} | {allocations['ledger']:.1f} |")
    print(f"\nThe ledger wrote {ledger['records a group']:.1f} records a group.")
    targets.most("instructions a GET, event loop", 45_000, loop["instructions"], digits=0)
    targets.most(
        "instructions a record, ledger", 40_000,
        {f"{ledger['records a group']:.0f} a group": ledger["instructions"]}, digits=0)
    targets.most("retains a GET, event loop", 150, loop["retains"], digits=0)
    targets.most("allocations a GET, event loop", 5, allocations["event loop"], digits=1)
    return {"callgrind": counted, "allocations": allocations}
