# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""The catalog: what lists and counts take of many records, what auditors' questions take, and what keeping it costs a proxy."""

import json
import re
import statistics
import subprocess
import urllib.request

from load import Load, median, turned
from proxies import Bench, BenchError

# What leads to few records by an index, or is the start of everything; the rest is found block by block.
SELECTIVE = ("newest", "actor", "actor_and_time", "session", "label")
QUESTIONS = {
    "who_read_invoice": "who read invoice X last quarter", "person_after_18": "what one person did after 18:00",
    "new_networks": "keys from networks never seen", "who_looked_at_log": "who looked at the log",
    "all_of_person": "all of one person",
}


def tool(program, *arguments):
    done = subprocess.run([str(part) for part in (program, *arguments, "--json")], capture_output=True, text=True)
    if done.returncode != 0:
        raise BenchError(f"{program} {arguments[0]} failed: {done.stderr.strip()}")
    return json.loads(done.stdout)


def lists(program, targets, progress, folder, records, rounds):
    progress(f"catalog of {records:,} records")
    figures = tool(program, "catalog", "--dir", folder, "--records", records, "--rounds", rounds)
    pages = {name.removeprefix("page_ms_"): value for name, value in figures.items() if name.startswith("page_ms_")}
    print(f"\n| catalog of {records:,} records | |\n|---|---:|")
    for name, value in figures.items():
        print(f"| {name} | {value:,} |")
    of = f"catalog of {records:,} records"
    targets.most(f"{of}: first page of 50, selective fields", 50, {n: pages[n] for n in SELECTIVE}, " ms", 1)
    others = {name: value for name, value in pages.items() if name not in SELECTIVE and name != "four_filters"}
    targets.most(f"{of}: first page of 50, any other field", 500, others, " ms", 1)
    targets.most(f"{of}: four filters", 200, pages["four_filters"], " ms", 1)
    targets.most(f"{of}: histogram of all by hour and decision", 300, figures["histogram_ms"], " ms", 1)
    targets.most(f"{of}: facets of 6 columns over all", 1000, figures["facets_of_6_ms"], " ms", 1)
    targets.most(f"{of}: bytes a record", 400, figures["bytes_per_record"], digits=0)
    targets.least(f"{of}: records stored a second, alone", 20_000, figures["stored_per_s"], digits=0)
    return figures


def questions(program, targets, progress, folder, records, rounds):
    progress(f"questions to a log of {records:,} records")
    figures = tool(program, "search", "--dir", folder, "--records", records, "--rounds", rounds)
    print(f"\n| log of {records:,} records | ms | found |\n|---|---:|---|")
    for name, what in QUESTIONS.items():
        print(f"| {what} | {figures[name + '_ms']:,.0f} | {figures[name + '_rows']} |")
    targets.most(
        f"log of {records:,} records: first page and exact count", 1000,
        {what: figures[name + "_ms"] for name, what in QUESTIONS.items()}, " ms", 0)
    return figures


def beside(bench, targets, progress, rounds, seconds):
    """A proxy that keeps a catalog, and one that does not."""
    subjects = {
        "with": bench.countersign("with-catalog", with_tls=False),
        "without": bench.countersign(
            "without-catalog", with_tls=False, settings=[("  key_file: log.key", '  catalog: "off"')])}
    load = Load("GET", "0", seconds=seconds)
    progress(f"a proxy with its catalog and without: {load}")
    measured = {name: [] for name in subjects}
    for subject in subjects.values():
        load.on(bench, subject, seconds=1)
    lags = []
    for number in range(rounds):
        for name in turned(list(subjects), number):
            settled(subjects["with"])
            measured[name].append(load.on(bench, subjects[name]))
            if name == "with":
                lags.append(lag(subjects["with"]))
    cost = statistics.median(
        100 * (1 - one["rps"] / other["rps"]) for one, other in zip(measured["with"], measured["without"]))
    print("\n| catalog | requests/s | p99 µs | CPU µs a request |\n|---|---:|---:|---:|")
    for name, each in measured.items():
        print(f"| {name} | {median(each, 'rps'):,.0f} | {median(each, 'p99_us'):,.0f} | {median(each, 'cpu_us'):.1f} |")
    rate = median(measured["with"], "rps")
    print(f"\nAfter {seconds} s of {rate:,.0f} records a second the catalog lacked {statistics.median(lags):,.0f} of them.")
    targets.most("what the catalog costs of GET a second", 5, cost, " %", 1)
    targets.beside(f"records that the catalog lacks after {seconds} s of load", statistics.median(lags), 0)
    return measured


def lag(subject):
    """Records that its catalog does not have yet, as it says itself."""
    with urllib.request.urlopen(f"http://127.0.0.1:{subject.admin}/metrics") as page:
        found = re.search(r"(?m)^countersign_catalog_lag_records (\S+)$", page.read().decode())
    if not found:
        raise BenchError("the proxy does not say how far behind its catalog is")
    return float(found.group(1))


def settled(subject):
    """Waits until the catalog has everything, so that no round pays for the one before."""
    for _ in range(600):
        if lag(subject) == 0:
            return
        subprocess.run(["sleep", "0.1"], check=True)
    raise BenchError("the catalog does not catch up within a minute")


def run(program, countersign, targets, progress, folder, records, rounds, seconds):
    found = {
        "lists": lists(program, targets, progress, folder, records, rounds),
        "questions": questions(program, targets, progress, folder, 1_000_000, min(3, rounds))}
    with Bench(countersign) as bench:
        found["beside"] = beside(bench, targets, progress, rounds, seconds)
    return found
