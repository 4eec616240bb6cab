# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Goes on with a log as a later version may: unknown words, members and files, protocols that are not spoken yet, an erased
subject. Written from Docs/Formats alone; called by make_fixtures.py.
"""
import base64
import copy
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import tempfile
import time


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).digest()


def root(hashes):
    """The Merkle tree hash of RFC 6962 over leaf hashes."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    return sha256(b"\x01" + root(hashes[:split]) + root(hashes[split:]))


class Log:
    def __init__(self, site):
        self.site, self.folder = site, site / "log"
        data = (self.folder / "segments/00000000/entries").read_bytes()
        self.leaves, at = [], 0
        while at < len(data):
            length = struct.unpack_from(">H", data, at)[0]
            self.leaves.append(data[at + 2:at + 2 + length])
            at += 2 + length
        self.last = json.loads(self.leaves[-1])
        self.origin = self.last["written"]["origin"]
        self.boot, self.sequence = uid(), 0

    def find(self, test):
        return next(record for record in map(json.loads, self.leaves) if test(record))

    def append(self, record):
        self.sequence += 1
        record = copy.deepcopy(record)
        record["producer"] = {"boot": self.boot, "uid": self.last["producer"]["uid"], "zone": "later"}
        record["uid"], record["time"] = uid(), now()
        record["written"] = {"index": len(self.leaves), "origin": self.origin, "seq": self.sequence, "time": now(),
                             "prev": base64.b64encode(sha256(b"\x00" + self.leaves[-1])).decode()}
        self.leaves.append(canonical(record))

    def write(self):
        """All files as the pages on formats have them, signed; what was journalled is in its place."""
        segment = self.folder / "segments/00000000"
        entries = [struct.pack(">H", len(leaf)) + leaf for leaf in self.leaves]
        (segment / "entries").write_bytes(b"".join(entries))
        places = [sum(map(len, entries[:index])) for index in range(len(entries))]
        (segment / "offsets").write_bytes(b"".join(struct.pack(">I", place) for place in places))
        hashes = [sha256(b"\x00" + leaf) for leaf in self.leaves]
        (self.folder / "tree/0").write_bytes(b"".join(hashes))
        assert len(hashes) < 256, "tree/1 is not written here"
        note = self.signed(f"{self.origin}\n{len(hashes)}\n{base64.b64encode(root(hashes)).decode()}\n")
        with open(self.folder / "checkpoints", "ab") as file:
            file.write(struct.pack(">H", len(note)) + note)
        (self.folder / "checkpoint").write_bytes(note)
        for name in ["commits.0", "commits.1"]:
            (self.folder / name).write_bytes(b"")
        slots = self.site / "log-state/checkpoint.slots"
        halves = [slots.read_bytes()[at:at + 4096] for at in (0, 4096)]
        sizes = [int(half.split(b"\n")[1]) if half.strip(b"\x00") else -1 for half in halves]
        halves[sizes.index(min(sizes))] = note.ljust(4096, b"\x00")
        slots.write_bytes(b"".join(halves))

    def signed(self, text):
        secret = base64.b64decode((self.site / "log.key").read_text().split("+", 4)[4])[1:]
        der = bytes.fromhex("302e020100300506032b657004220420") + secret
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "key").write_bytes(der)
            (pathlib.Path(folder) / "text").write_text(text)

            def openssl(*arguments):
                return subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True).stdout

            public = openssl("pkey", "-inform", "DER", "-in", "key", "-pubout", "-outform", "DER")[-32:]
            signature = openssl("pkeyutl", "-sign", "-keyform", "DER", "-inkey", "key", "-rawin", "-in", "text")
        identity = sha256(self.origin.encode() + b"\n\x01" + public)[:4]
        line = f"\n— {self.origin} {base64.b64encode(identity + signature).decode()}\n"
        return (text + line).encode()

    def erase(self, subject):
        """The subject's slot becomes a tombstone."""
        store = self.folder / "keys/subjects"
        data = bytearray(store.read_bytes())
        at = next(at for at in range(0, len(data), 128) if data[at + 6:at + 38].rstrip(b"\x00") == subject.encode())
        slot = data[at:at + 4] + b"\x02" + data[at + 5:at + 38] + bytes(64) + data[at + 102:at + 120]
        data[at:at + 128] = slot + sha256(slot)[:8]
        store.write_bytes(data)


def uid():
    moment = int(time.time() * 1000).to_bytes(6, "big")
    noise = os.urandom(10)
    text = (moment + bytes([0x70 | noise[0] & 15, noise[1], 0x80 | noise[2] & 63]) + noise[3:]).hex()
    return "-".join([text[:8], text[8:12], text[12:16], text[16:20], text[20:]])


def now():
    moment = time.time_ns() // 1000
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment // 1_000_000)) + f".{moment % 1_000_000:06}Z"


HOSTILE = "\x1b[2J\u202e"
ACTIVITIES = [
    ("db.statement", 6005, 1, {"db": {
        "system": "postgresql", "name": "billing", "operation": "merge", "tables": ["invoice"], "rows": 3, "bytes": 120,
        "fingerprint": "sha256:00", "status": "00000", "account": "read", "backend_pid": 77, "plan": "later"}}),
    ("k8s.request", 6003, 2, {"k8s": {
        "verb": "create", "api_group": "apps", "resource": "pods", "subresource": "exec", "namespace": "default",
        "container": "main", "tty": True, "exit": "0", "bytes": {"stdin": 1, "stdout": 2, "stderr": 3}}}),
    ("mcp.message", 6003, 99, {
        "actor": {"agent": {"name": "helper", "version": "1", "model": "m", "run": "run-1"},
                  "via": [{"uid": "sub_3", "type": "user", "issuer": "https://id.example.com"}]},
        "mcp": {"method": "tools/call", "server": "files", "tool": "read", "protocol": "2025-06-18", "error": "tool",
                "tool_hash": "sha256:00", "params_size": 10, "result_size": 20}}),
    ("foreign.event", 6003, 2, {"foreign": {
        "source": "pg", "id": "e-1", "seq": 7, "host": "db1", "time": "2026-11-29T10:00:00.000000Z", "zone": "assumed",
        "received": "2026-11-29T10:00:01.000000Z", "parse": "partial", "phase": "start", "truncated": True,
        "gap": {"cause": "rotated", "count": 2, "from": 5, "to": 6}}}),
    ("http.request", 6003, 2, {
        "labels": {"team": "billing"}, "session": {"uid": uid(), "op": 3},
        "inspect": {"findings": 1, "rules": ["r"], "targets": ["query"], "score": 5, "mode": "detect"},
        "upstream": {"attempts": [{"address": "a", "port": 1, "duration_us": 5, "reason": "refused"}], "panic": True},
        "websocket": {"bytes": {"client": 1, "service": 2}, "close": 1000, "closed_by": "client",
                      "frames": {"client": {"text": 1}, "service": {"binary": 2}}}}),
    ("quic.stream", 6003, 2, {"quic": {"stream": 4, "path": ["a", {"b": 1}]}}),
]


def joined(record, more):
    for name, value in more.items():
        record[name] = joined(record.get(name, {}), value) if isinstance(value, dict) else value
    return record


def go_on(site):
    """Puts a boot of a later version behind the site's last."""
    log = Log(site)
    start = log.find(lambda record: record["event"]["action"] == "log.start")
    stop = log.find(lambda record: record["event"]["action"] == "log.stop")
    access = log.find(lambda record: record["event"]["action"] == "http.request" and record["stage"] == "complete")
    start["previous"] = {"boot": log.last["producer"]["boot"], "last_seq": log.last["written"]["seq"]}
    start["recovery"] = {"clean": True, "replayed_entries": 0, "discarded_bytes": 0, "unknown_outcomes": 0}
    start["software"]["version"] = "9.0.0"
    log.append(start)
    for action, kind, activity, members in ACTIVITIES:
        record = joined(copy.deepcopy(access), members)
        record["event"] |= {"action": action, "class": kind, "activity": activity}
        log.append(record)
    for path in ["stage", "event.category", "event.outcome", "actor.type", "actor.auth.method", "actor.auth.bound",
                 "decision.effect"]:
        record = copy.deepcopy(access)
        *above, name = path.split(".")
        place = record
        for member in above:
            place = place[member]
        place[name] = "later " + path + HOSTILE
        record["later"] = {"deep": [{"text": HOSTILE}, -1, True]}
        log.append(record)
    known = log.find(lambda record: record["actor"].get("issuer") == "https://id.example.com")
    erase = copy.deepcopy(stop)
    erase["event"] |= {"action": "privacy.erase", "category": "privacy"}
    erase["event"].pop("reason", None)
    erase["erase"] = {"subjects": [known["actor"]["uid"]], "periods": []}
    log.append(erase)
    log.append(stop)
    log.erase(known["actor"]["uid"])
    log.write()
