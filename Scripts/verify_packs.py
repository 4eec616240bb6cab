# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Makes evidence packs of any content, signed by a key of its own: see Docs/Formats/evidence-pack.md.

What the tests of the second verifier damage is one kept pack. A forger has their own log, and can sign whatever
they like with its key; and a log may hold leaves that nobody foresaw.
"""

from __future__ import annotations

import base64
import hashlib
import pathlib
import sys
from typing import Any, Callable, Optional

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Python"))
import countersign_verify as verifier  # noqa: E402

ORIGIN = "log.example/docs"
SEED = bytes(range(32))
ORDER = verifier._L


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


class Signer:
    """An Ed25519 key (RFC 8032 §5.1.6) under a name; for tests, as it takes no care of time."""

    def __init__(self, name: str, seed: bytes = SEED, kind: int = 1) -> None:
        digest = hashlib.sha512(seed).digest()
        scalar = int.from_bytes(digest[:32], "little")
        self.scalar = scalar & ((1 << 254) - 8) | 1 << 254
        self.prefix = digest[32:]
        self.public = verifier._compress(verifier._times(self.scalar, verifier._BASE))
        self.name, self.kind = name, kind
        self.id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + self.public).digest()[:4]
        self.line = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    def sign(self, message: bytes) -> bytes:
        r = int.from_bytes(hashlib.sha512(self.prefix + message).digest(), "little") % ORDER
        point = verifier._compress(verifier._times(r, verifier._BASE))
        k = int.from_bytes(hashlib.sha512(point + self.public + message).digest(), "little") % ORDER
        return point + ((r + k * self.scalar) % ORDER).to_bytes(32, "little")

    def signature(self, text: bytes, time: int = 1_800_000_000) -> str:
        """A signature line, or the line of a witness."""
        if self.kind == 1:
            blob = self.sign(text)
        else:
            blob = time.to_bytes(8, "big") + self.sign(f"cosignature/v1\ntime {time}\n".encode() + text)
        return f"\u2014 {self.name} {b64(self.id + blob)}\n"


def note(text: str, *signers: Signer) -> bytes:
    return (text + "\n" + "".join(signer.signature(text.encode()) for signer in signers)).encode()


def root_of(hashes: list[bytes]) -> bytes:
    if len(hashes) <= 1:
        return hashes[0] if hashes else hashlib.sha256(b"").digest()
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    return verifier.node_hash(root_of(hashes[:k]), root_of(hashes[k:]))


def path_of(index: int, hashes: list[bytes]) -> list[bytes]:
    if len(hashes) <= 1:
        return []
    k = 1 << ((len(hashes) - 1).bit_length() - 1)
    if index < k:
        return path_of(index, hashes[:k]) + [root_of(hashes[k:])]
    return path_of(index - k, hashes[k:]) + [root_of(hashes[:k])]


def commitment(group: str, salt: bytes, value: Any) -> str:
    data = b"countersign/commit/v1\n" + group.encode() + b"\x00" + salt + verifier.canonical(value)
    return b64(hashlib.sha256(data).digest())


BOOT = "01a229d5-3370-7266-922e-31a8dab911b0"


def record(index: int, before: Optional[bytes], **members: Any) -> dict[str, Any]:
    """A record that follows another by its hash."""
    written = {"index": index, "origin": ORIGIN, "seq": index + 1, "time": f"2026-11-30T00:00:{index % 60:02}.000000Z"}
    if before is not None:
        written["prev"] = b64(before)
    value: dict[str, Any] = {
        "actor": {"type": "anonymous", "uid": "anonymous"}, "decision": {"effect": "allow"},
        "event": {"action": "http.request", "class": 6003}, "http": {"method": "GET", "route": "/", "status": 200},
        "producer": {"boot": BOOT, "uid": "p"}, "schema": "countersign.record/1", "time": written["time"], "written": written,
    }
    value.update(members)
    return value


def lines(items: list[bytes]) -> bytes:
    return b"".join(item + b"\n" for item in [*items, b'{"end":true,"lines":%d}' % len(items)])


def completeness(records: list[Optional[dict[str, Any]]], end: int) -> dict[str, Any]:
    """Of records of one boot whose numbers have no gap."""
    numbers = [r["written"]["seq"] for r in records if r is not None]
    boots = [] if not numbers else [{
        "boot": BOOT, "dropped": 0, "expected": len(numbers), "first": numbers[0], "found": len(numbers), "gaps": [],
        "heartbeats": 0, "last": numbers[-1], "producer": "p"}]
    return {"boots": boots, "end": end, "first": 0, "unread": records.count(None)}


def make(
    leaves: list[bytes], disclosures: list[Any] = (), erasures: list[int] = (), *, groups: list[str] = ("what", "who"),
    counts: Optional[dict[str, Any]] = None, signers: Optional[list[Signer]] = None, witnesses: list[Signer] = (),
    change: Callable[[dict[str, Any]], None] = lambda _: None, files: Optional[dict[str, bytes]] = None,
) -> dict[str, bytes]:
    """A pack of a whole log with these leaves, by name. What cannot be told of the leaves is given as counts."""
    signers = [Signer(ORIGIN)] if signers is None else signers
    hashes = [verifier.leaf_hash(leaf) for leaf in leaves]
    size, root = len(leaves), root_of(hashes)
    records: list[Optional[dict[str, Any]]] = []
    for leaf in leaves:
        try:
            parsed = verifier.parse_canonical(leaf, depth=6)
        except verifier.Unreadable:
            parsed = None
        records.append(parsed if str(verifier.member(parsed, "schema")).startswith("countersign.record/") else None)
    times = [r["written"]["time"] for r in records if r is not None]
    made = {
        "README.txt": b"A pack for tests.\n",
        "checkpoint": note(f"{ORIGIN}\n{size}\n{b64(root)}\n", *signers, *witnesses),
        "completeness.json": verifier.canonical(completeness(records, size)),
        "disclosures.ndjson": lines([verifier.canonical(one) for one in disclosures]),
        "erasures.ndjson": lines([verifier.canonical(
            {"index": at, "leaf": leaves[at].decode(), "path": [b64(p) for p in path_of(at, hashes)]}) for at in erasures]),
        "policies.ndjson": lines([]),
        "policy.txt": f"log {Signer(ORIGIN).line}\nquorum none\n".encode(),
        "range.json": verifier.canonical({"end": size, "first": 0, "hashes": [], "size": size}),
        "records.ndjson": lines(leaves),
        **(files or {}),
    }
    known = [r for r in records if r is not None]
    rows: dict[str, Any] = {
        "classes": {"6003": len(known)} if known else {}, "disclosed": 0, "erased": 0, "first": 0, "last": size - 1,
        "matches": size, "missing": 0, "records": size, "undecided": 0, "unread": records.count(None), "withheld": 0,
        **(counts or {}),
    }
    text = "*"
    manifest: dict[str, Any] = {
        "1_system": {"origin": ORIGIN, "software": "tests"},
        "2_request": {"by": "tests", "time": "2026-11-30T12:00:00.000000Z", "uid": BOOT},
        "3_times": {"first": times[0], "last": times[-1], "zone": "UTC"} if times else {"zone": "UTC"},
        "4_query": {"groups": list(groups), "hash": verifier.query_hash(text, {}), "sentence": "all records", "text": text},
        "5_rows": rows,
        "6_proof": {"end": size, "first": 0, "root": b64(root), "selection": "all", "size": size, "why": "All of them."},
        "7_repeat": "countersign log export", "format": verifier.FORMAT, "verifier": 1,
    }
    manifest["files"] = [
        {"bytes": len(data), "name": name, "role": "evidence", "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in sorted(made.items())]
    manifest["content"] = hashlib.sha256("".join(
        f"{entry['sha256']}  {entry['name']}\n" for entry in manifest["files"] if entry["name"] != "README.txt").encode()).hexdigest()
    change(manifest)
    return signed({**made, "manifest.json": verifier.canonical(manifest)}, signers)


def signed(files: dict[str, bytes], signers: list[Signer]) -> dict[str, bytes]:
    digest = hashlib.sha256(files["manifest.json"]).hexdigest()
    return {**files, "manifest.sig": note(f"{verifier.FORMAT}\n{ORIGIN}\n{digest}\n", *signers)} if signers else files


def archive(files: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """A strict archive; a list is written in its order, also where that is none."""
    entries = sorted(files.items()) if isinstance(files, dict) else files
    return b"".join(
        verifier.Pack._header(name, len(data)) + data + bytes(-len(data) % 512) for name, data in entries) + bytes(1024)


def chain(count: int, members: Callable[[int], dict[str, Any]] = lambda _: {}) -> list[bytes]:
    """Leaves that follow one another."""
    leaves: list[bytes] = []
    before = None
    for index in range(count):
        leaves.append(verifier.canonical(record(index, before, **members(index))))
        before = verifier.leaf_hash(leaves[-1])
    return leaves
