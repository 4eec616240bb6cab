# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Proxies beside each other with 64 busy connections."""

from load import Load, ratio, table

# What the targets need, and in marked cases the others, too.
CORE = ["nginx", "envoy-uncached", "countersign", "unaudited"]
OTHERS = ["haproxy", "envoy", "caddy", "countersign-jwt"]
CASES = [
    (Load("GET", "0"), False), (Load("GET", "1k"), True), (Load("GET", "64k"), True),
    (Load("POST", "0"), False), (Load("POST", "1k"), True), (Load("POST", "64k"), False),
    (Load("GET", "0", secure=True), False), (Load("GET", "1k", secure=True), True),
    (Load("POST", "1k", secure=True), False), (Load("GET", "64k", secure=True), False),
]
NAMES = {"0": "0 B", "1k": "1 KiB", "64k": "64 KiB"}


def run(bench, targets, progress, rounds, seconds):
    subjects = {name: bench.start(name) for name in CORE + OTHERS}
    measured = {}
    for load, has_others in CASES:
        progress(str(load))
        load.seconds = seconds
        names = CORE + (OTHERS if has_others else [])
        rows = load.compare(bench, [subjects[name] for name in names], rounds)
        table(str(load), rows)
        measured[load.method, load.payload, load.secure] = rows
    judge(measured, targets)
    return {"-".join((method, payload)) + ("-tls" if secure else ""): rows
            for (method, payload, secure), rows in measured.items()}


def judge(measured, targets):
    def over(method, payloads, key, beside, of=None, secure=False):
        """By payload: our figure divided by another proxy's in the same round."""
        result = {}
        for payload in payloads:
            rows = measured[method, payload, secure]
            result[NAMES[payload]] = ratio(rows["countersign"], rows[beside], key, of)
        return result

    small = ["0", "1k"]
    targets.most("CPU a GET, all threads, × nginx's", 1.5, over("GET", small, "cpu_us", "nginx"))
    targets.most(
        "CPU a GET, event loop alone, × nginx's", 1.15, over("GET", small, "loop_us", "nginx", "cpu_us"))
    targets.least("GET a second, × nginx's", 0.75, over("GET", small, "rps", "nginx"))
    targets.least("GET a second with TLS, × nginx's", 0.8, over("GET", small, "rps", "nginx", secure=True))
    targets.least("POST recorded ahead a second, × nginx's", 0.65, over("POST", small, "rps", "nginx"))
    targets.least("GET a second, × Envoy's equal chain", 6, over("GET", small, "rps", "envoy-uncached"))
    rows = measured["GET", "1k", False]
    targets.beside(
        "GET a second with a bearer token, × Envoy's equal chain with and without its token cache",
        {"with": ratio(rows["countersign-jwt"], rows["envoy"], "rps"),
         "without": ratio(rows["countersign-jwt"], rows["envoy-uncached"], "rps")})
    for method, limit in (("GET", 15), ("POST", 25)):
        costs = {size: (1 - kept) * 100
                 for size, kept in over(method, small, "rps", "unaudited").items()}
        targets.most(f"what the log costs of {method} a second", limit, costs, unit=" %", digits=0)
    targets.most("p99 of GET, × nginx's", 2, over("GET", small, "p99_us", "nginx"))
    targets.beside("p99 of POST, × nginx's", over("POST", small, "p99_us", "nginx"))
    targets.beside("GET and POST of 64 KiB a second, × nginx's", {
        "GET": over("GET", ["64k"], "rps", "nginx")["64 KiB"],
        "POST": over("POST", ["64k"], "rps", "nginx")["64 KiB"]})
