#!/usr/bin/env python3
# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Judges Countersign's evidence packs, offline, with the log's public key and Python alone.

This is the second verifier: written from Docs/Formats, sharing no code with the first
(`countersign-verify`), in one file that can be read in an afternoon. It imports nothing but the
standard library.

    python3 countersign_verify.py PACK --key log.vkey
    python3 countersign_verify.py PACK --key log.vkey --remembered checkpoint --json

Exit codes: 0 verified, 2 usage, 10 changed, 11 something is absent, 13 not covered,
16 unreadable, 17 only a newer verifier can judge.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import io
import json
import os
import re
import stat
import sys
from typing import Any, BinaryIO, Callable, Iterator, NamedTuple, Optional

VERSION = "1"
FORMAT = "countersign.pack/1"
# The highest number of rules for judging packs that this verifier knows.
RULES = 1
EXIT_CODES = {"changed": 10, "unreadable": 16, "absent": 11, "not_covered": 13, "cannot_judge": 17}
# The gravest first: it decides the exit code.
GRAVITY = ["cannot_judge", "changed", "unreadable", "absent", "not_covered"]
GROUPS = ("payload", "what", "where", "who")
MOST_WHOLE = 16 << 20
MOST_LINE = 1 << 20
MOST_FILES = 4096
MOST_FINDINGS = 50
MOST_NUMBER = 2**53 - 1
REQUIRED = (
    "README.txt", "checkpoint", "completeness.json", "disclosures.ndjson", "erasures.ndjson",
    "policies.ndjson", "policy.txt", "records.ndjson",
)
# Files that differ between two requests of one order.
OF_THE_REQUEST = ("README.txt", "manifest.json", "manifest.sig")


class Unreadable(Exception):
    """Something is not of its form."""


# What to do about a pack that does not lead from what its receiver remembers.
OLDER = (
    "Judge it without --state: it then says nothing of what you saw since. For what came later, ask for a newer pack.")
CONTINUING = (
    "Send a copy of your file to whoever makes the pack: they make it again by the command in `7_repeat` of its"
    " manifest with `--remembered FILE`, instead of any that is there, as `countersign log export --format pack --remembered FILE"
    " --out NEW`; over the auditor API, its text is the parameter `remembered` of POST /api/v1/exports."
    " Without --state, the pack is judged by itself.")


class Finding(NamedTuple):
    """One thing that is not as it should be."""

    kind: str
    where: str
    what: str
    # What to do about it.
    remedy: Optional[str] = None


# Ed25519 (RFC 8032), verification only. Nothing here is secret, so nothing has to take constant time.

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, _P - 2, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)
Point = tuple[int, int, int, int]


def _add(p: Point, q: Point) -> Point:
    a = (p[1] - p[0]) * (q[1] - q[0]) % _P
    b = (p[1] + p[0]) * (q[1] + q[0]) % _P
    c = 2 * p[3] * q[3] * _D % _P
    d = 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return (e * f % _P, g * h % _P, f * g % _P, e * h % _P)


def _times(scalar: int, p: Point) -> Point:
    sum_: Point = (0, 1, 1, 0)
    while scalar > 0:
        if scalar & 1:
            sum_ = _add(sum_, p)
        p = _add(p, p)
        scalar >>= 1
    return sum_


def _decompress(text: bytes) -> Optional[Point]:
    y = int.from_bytes(text, "little")
    sign = y >> 255
    y &= (1 << 255) - 1
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, _P - 2, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P != 0:
        x = x * _SQRT_M1 % _P
    if (x * x - square) % _P != 0 or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = _P - x
    return (x, y, 1, x * y % _P)


def _compress(p: Point) -> bytes:
    inverse = pow(p[2], _P - 2, _P)
    x, y = p[0] * inverse % _P, p[1] * inverse % _P
    return (y | (x & 1) << 255).to_bytes(32, "little")


_BASE = _decompress((4 * pow(5, _P - 2, _P) % _P).to_bytes(32, "little"))


def ed25519_is_valid(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are the key's signature of the message."""
    if len(public) != 32 or len(signature) != 64 or _BASE is None:
        return False
    key = _decompress(public)
    s = int.from_bytes(signature[32:], "little")
    if key is None or s >= _L:
        return False
    digest = hashlib.sha512(signature[:32] + public + message).digest()
    h = int.from_bytes(digest, "little") % _L
    minus = (_P - key[0], key[1], key[2], _P - key[3])
    return _compress(_add(_times(s, _BASE), _times(h, minus))) == signature[:32]


# Keys, signed notes, checkpoints (C2SP signed-note, tlog-checkpoint, tlog-cosignature).


def query_hash(text: str, query: Any) -> Optional[str]:
    """What records call a query by: with a salt of 16 bytes, if it has one; None where that is no salt."""
    salt = b""
    if "salt" in query:
        said = query["salt"]
        try:
            salt = strict_base64(said) if isinstance(said, str) else b""
        except Unreadable:
            return None
        if len(salt) != 16:
            return None
    digest = hashlib.sha256(salt + b"countersign/query/v1\n" + text.encode()).hexdigest()
    return f"sha256:{digest}"


def strict_base64(text: str) -> bytes:
    """Bytes of standard base64 with padding, in the one spelling that they have."""
    try:
        data = base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error):
        raise Unreadable("base64 is malformed") from None
    if base64.b64encode(data).decode() != text:
        raise Unreadable("base64 is malformed")
    return data


def is_index(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def hash_of(text: Any) -> bytes:
    """32 bytes in base64."""
    if not isinstance(text, str):
        raise Unreadable("a hash is expected")
    data = strict_base64(text)
    if len(data) != 32:
        raise Unreadable("a hash has 32 bytes")
    return data


class Key(NamedTuple):
    """A public key with the name that it signs under."""

    line: str
    name: str
    id: bytes
    type: int
    public: bytes

    @staticmethod
    def of(line: str) -> Key:
        """Reads `name+id+base64`."""
        parts = line.strip().split("+", 2)
        if len(parts) != 3 or not parts[0] or re.search(r"\s", parts[0]):
            raise Unreadable("a key is NAME+ID+BASE64")
        data = strict_base64(parts[2])
        if len(data) != 33 or data[0] not in (1, 4):
            raise Unreadable("only Ed25519 keys are known")
        key_id = hashlib.sha256(parts[0].encode() + b"\n" + data).digest()[:4]
        if key_id.hex() != parts[1]:
            raise Unreadable(f"the id of the key of {parts[0]} is wrong; copy the line again")
        return Key(line.strip(), parts[0], key_id, data[0], data[1:])

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.line.encode()).hexdigest()


class Note(NamedTuple):
    """A text and the signature lines under it."""

    text: bytes
    signatures: list[tuple[str, bytes, bytes]]

    @staticmethod
    def of(data: bytes) -> Note:
        try:
            whole = data.decode("utf-8")
        except UnicodeDecodeError:
            raise Unreadable("a note is text") from None
        at = whole.rfind("\n\n")
        if at < 0 or not whole.endswith("\n") or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
            raise Unreadable("a note is a text, an empty line, and signatures")
        signatures = []
        for line in whole[at + 2 : -1].split("\n"):
            found = re.fullmatch("\u2014 ([^ +]+) ([^ ]+)", line)
            if not found:
                raise Unreadable("a signature line is malformed")
            blob = strict_base64(found[2])
            if len(blob) < 5:
                raise Unreadable("a signature is too short")
            signatures.append((found[1], blob[:4], blob[4:]))
        return Note(whole[: at + 1].encode(), signatures)

    def signers(
        self, keys: list[Key], origin: str | None = None
    ) -> tuple[list[Key], list[Key]]:
        """Which of the keys signed it, and whose signatures are wrong.

        A log's key counts for the log of its name alone: with an origin, others are passed over.
        """
        good: list[Key] = []
        bad: list[Key] = []
        for key in keys:
            if origin is not None and key.name != origin:
                continue
            for name, key_id, signature in self.signatures:
                if name != key.name or key_id != key.id:
                    continue
                message = self.text
                if key.type == 4:
                    seconds = int.from_bytes(signature[:8], "big")
                    message = f"cosignature/v1\ntime {seconds}\n".encode() + message
                    signature = signature[8:]
                (good if ed25519_is_valid(key.public, message, signature) else bad).append(key)
        return good, bad


class Checkpoint(NamedTuple):
    """What a log says of itself: its name, how many leaves, their root."""

    note: Note
    origin: str
    size: int
    root: bytes

    @staticmethod
    def of(data: bytes) -> Checkpoint:
        note = Note.of(data)
        lines = note.text.decode().split("\n")
        if len(lines) < 4 or not lines[0] or not re.fullmatch("0|[1-9][0-9]{0,18}", lines[1]):
            raise Unreadable("a checkpoint is name, size and root")
        return Checkpoint(note, lines[0], int(lines[1]), hash_of(lines[2]))


# Trees (RFC 6962).


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_by_inclusion(index: int, size: int, leaf: bytes, path: list[bytes]) -> Optional[bytes]:
    """The root to which a path leads (RFC 9162 §2.1.3.2); nil if it has another length."""
    if index >= size:
        return None
    fn, sn, r = index, size - 1, leaf
    for p in path:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            r = node_hash(p, r)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            r = node_hash(r, p)
        fn >>= 1
        sn >>= 1
    return r if sn == 0 else None


def is_consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the larger tree continues the smaller (RFC 9162 §2.1.4.2)."""
    if old > new:
        return False
    if old == new:
        return not path and old_root == new_root
    if old == 0:
        return not path and old_root == hashlib.sha256(b"").digest()
    if old & (old - 1) == 0:
        path = [old_root] + path
    if not path:
        return False
    fn, sn = old - 1, new - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    fr = sr = path[0]
    for c in path[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            fr, sr = node_hash(c, fr), node_hash(c, sr)
            while not fn & 1 and fn != 0:
                fn >>= 1
                sn >>= 1
        else:
            sr = node_hash(sr, c)
        fn >>= 1
        sn >>= 1
    return sn == 0 and fr == old_root and sr == new_root


class WrongRecords(Exception):
    """The records and hashes do not make a tree."""


def root_of_records(
    size: int, leaves: Iterator[tuple[Optional[int], bytes]], hashes: Iterator[bytes]
) -> bytes:
    """The root of a tree of which some leaves are here and the other subtrees are hashes.

    leaves ends in (None, b""). Recursion is as deep as the tree is high.
    """
    current = next(leaves)

    def subtree(low: int, high: int) -> bytes:
        nonlocal current
        index, leaf = current
        if index is None or not low <= index < high:
            found = next(hashes, None)
            if found is None:
                raise WrongRecords("there are too few hashes beside the records")
            return found
        if high - low == 1:
            current = next(leaves)
            return leaf
        k = 1 << ((high - low - 1).bit_length() - 1)
        left = subtree(low, low + k)
        return node_hash(left, subtree(low + k, high))

    root = subtree(0, size) if size else hashlib.sha256(b"").digest()
    if current[0] is not None:
        raise WrongRecords("records are out of order, or lie behind the checkpoint")
    # Of an empty tree, and of no record at all, the list is the root itself.
    rest = list(hashes)
    if rest and not (size == 0 and rest == [root]):
        raise WrongRecords("there are too many hashes beside the records")
    return root


# Canonical JSON (RFC 8785), as far as records use it: no fractions, no null.


def _integer(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MOST_NUMBER:
        raise ValueError("a number is too large")
    return int(text)


def _no_fraction(text: str) -> Any:
    raise ValueError("numbers are whole")


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_no_fraction, parse_constant=_no_fraction)
_ENCODER = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def _ordered(value: Any) -> Any:
    """The value with members in the order of RFC 8785, by UTF-16 units; Python's own is another."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
        return {name: _ordered(value[name]) for name in names}
    if isinstance(value, list):
        return [_ordered(element) for element in value]
    return value


def canonical(value: Any) -> bytes:
    """The one spelling of a value."""
    return json.dumps(_ordered(value), separators=(",", ":"), ensure_ascii=False).encode()


def depth_of(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth_of, value), default=0)
    return 0


def has_null(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(has_null, value.values()))
    if isinstance(value, list):
        return any(map(has_null, value))
    return value is None


def parse_canonical(data: bytes, depth: int = 16) -> Any:
    """A value of which these are the canonical bytes."""
    try:
        text = data.decode("utf-8")
        value = _DECODER.decode(text)
        same = _ENCODER.encode(value) == text or canonical(value) == data
    except (ValueError, RecursionError):
        raise Unreadable("this is no JSON that is taken here") from None
    if not same or depth_of(value) > depth or (b"null" in data and has_null(value)):
        raise Unreadable("this is no canonical JSON")
    return value


def member(value: Any, *path: str) -> Any:
    """What stands at a path of members; nil if nothing does."""
    for name in path:
        if not isinstance(value, dict):
            return None
        value = value.get(name)
    return value


# The container.


class Pack:
    """Files by name, of a folder or an archive."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.files: dict[str, int] = {}
        self.problem: Optional[str] = None
        self.folders: list[str] = []
        self._starts: dict[str, int] = {}
        if os.path.isdir(path):
            self.is_archive = False
            self._read_folder("")
        else:
            self.is_archive = True
            with open(path, "rb") as archive:
                self._read_archive(archive)
        if len(self.files) > MOST_FILES:
            self.problem = f"there are more than {MOST_FILES} files"

    @staticmethod
    def _is_name(name: str) -> bool:
        parts = name.split("/")
        return len(parts) <= 2 and all(
            re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]*", part) for part in parts)

    def _read_folder(self, folder: str) -> None:
        for entry in sorted(os.scandir(os.path.join(self.path, folder)), key=lambda e: e.name):
            name = f"{folder}/{entry.name}" if folder else entry.name
            facts = entry.stat(follow_symlinks=False)
            if stat.S_ISDIR(facts.st_mode) and name == "proofs":
                self._read_folder(name)
            elif stat.S_ISDIR(facts.st_mode) and not folder:
                self.folders.append(name)
            elif not stat.S_ISREG(facts.st_mode):
                self.problem = f"{name!a} is no file"
            else:
                # Whatever else lies there, such as what a file manager leaves, no manifest names.
                self.files[name] = facts.st_size

    def _read_archive(self, archive: BinaryIO) -> None:
        before = ""
        length = os.fstat(archive.fileno()).st_size
        while True:
            header = archive.read(512)
            if header == bytes(512):
                if archive.read() != bytes(512):
                    self.problem = "the archive does not end where it ends"
                return
            field = header[:100]
            name = field.rstrip(b"\x00").decode("ascii", "replace")
            size_text = header[124:135]
            if (
                len(header) != 512
                or not self._is_name(name)
                or not re.fullmatch(rb"[0-7]{11}", size_text)
                or header != self._header(name, int(size_text, 8))
            ):
                self.problem = f"the archive is not of its form at byte {archive.tell() - len(header)}"
                return
            if name <= before:
                self.problem = f"{name!a} is twice in the archive, or out of order"
                return
            before, size, start = name, int(size_text, 8), archive.tell()
            if start + size > length:
                self.problem = f"the archive ends within {name!a}"
                return
            archive.seek(size, io.SEEK_CUR)
            padding = -size % 512
            if archive.read(padding) != bytes(padding):
                self.problem = f"the archive is not of its form behind {name!a}"
                return
            self.files[name] = size
            self._starts[name] = start

    @staticmethod
    def _header(name: str, size: int) -> bytes:
        head = bytearray(512)
        head[: len(name)] = name.encode()
        for at, text in ((100, "0000644"), (108, "0000000"), (116, "0000000"),
                         (124, f"{size:011o}"), (136, "0" * 11), (156, "0"), (257, "ustar\x0000")):
            head[at : at + len(text)] = text.encode()
        head[148:156] = b" " * 8
        head[148:156] = f"{sum(head):06o}\x00 ".encode()
        return bytes(head)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a file, in pieces."""
        left = self.files[name]
        with open(self.path if self.is_archive else os.path.join(self.path, name), "rb") as file:
            file.seek(self._starts.get(name, 0))
            while left > 0:
                chunk = file.read(min(left, 1 << 16))
                if not chunk:
                    raise Unreadable("the file became shorter")
                left -= len(chunk)
                yield chunk

    def whole(self, name: str) -> bytes:
        """A small file."""
        if self.files[name] > MOST_WHOLE:
            raise Unreadable("the file is larger than any of its kind")
        return b"".join(self.chunks(name))

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file that says itself where it ends."""
        count = 0
        rest = b""
        is_over = False
        for chunk in self.chunks(name):
            parts = (rest + chunk).split(b"\n")
            rest = parts.pop()
            for line in parts:
                if is_over:
                    raise Unreadable("something follows the last line")
                if not line or len(line) > MOST_LINE:
                    raise Unreadable(f"line {count + 1} is empty or too long")
                if line.startswith(b'{"end":true,'):
                    if line != b'{"end":true,"lines":%d}' % count:
                        raise Unreadable("the last line counts other lines than there are")
                    is_over = True
                    continue
                count += 1
                yield line
            if len(rest) > MOST_LINE:
                raise Unreadable(f"line {count + 1} is too long")
        if rest or not is_over:
            raise Unreadable("the file is cut off: its last line is missing")


# Judging.


class Boot:
    """What is seen of one boot of one producer."""

    def __init__(self, producer: str, boot: str, seq: int, previous: Any) -> None:
        self.producer, self.boot, self.first, self.last = producer, boot, seq, seq
        self.found = 0
        self.gaps: list[dict[str, int]] = []
        self.heartbeats = 0
        self.dropped = 0
        self.previous = previous

    def take(self, seq: int, record: Any) -> None:
        if seq > self.last + 1:
            self.gaps.append({"first": self.last + 1, "last": seq - 1})
        self.last = max(self.last, seq)
        self.found += 1
        if member(record, "event", "action") == "audit.heartbeat":
            self.heartbeats += 1
            dropped = member(record, "counters", "dropped")
            self.dropped = dropped if isinstance(dropped, int) else 0

    def json(self) -> dict[str, Any]:
        value: dict[str, Any] = {
            "boot": self.boot, "dropped": self.dropped, "expected": self.last - self.first + 1,
            "first": self.first, "found": self.found, "gaps": self.gaps,
            "heartbeats": self.heartbeats, "last": self.last, "producer": self.producer,
        }
        if self.previous is not None:
            value["previous"] = self.previous
        return value


class Verdict:
    """What was found, and what was counted on the way."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.more = 0
        self.manifest: Any = None
        self.unproven: list[str] = []
        # How many records the receiver remembers, if nothing leads from there to here.
        self.not_led_from: Optional[int] = None
        self.withheld: set[str] = set()
        self.records = 0
        self.signed_by: list[Key] = []

    def say(self, kind: str, where: str, what: str, remedy: Optional[str] = None) -> None:
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(Finding(kind, where, what, remedy))
        else:
            self.more += 1

    @property
    def kind(self) -> Optional[str]:
        kinds = {finding.kind for finding in self.findings}
        return next((kind for kind in GRAVITY if kind in kinds), None)

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.kind] if self.kind else 0


class Verifier:
    """Judges one pack."""

    def __init__(
        self, pack: Pack, keys: list[Key], witnesses: list[Key], quorum: int,
        remembered: Optional[Checkpoint], progress: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.pack = pack
        self.keys = keys
        self.witnesses = witnesses
        self.quorum = quorum
        self.remembered = remembered
        self.progress = progress
        self.verdict = Verdict()
        self.say = self.verdict.say
        self.manifest: Any = None
        self.checkpoint: Optional[Checkpoint] = None
        self.erasures: dict[int, set[str]] = {}

    def judge(self) -> Verdict:
        """Everything, as far as it can be judged."""
        if self.pack.problem:
            self.say("unreadable", "the pack", self.pack.problem)
        for name in self.pack.folders:
            self.say("not_covered", name, "a folder that no pack has")
        if not self.read_manifest():
            return self.verdict
        self.check_signature()
        self.check_files()
        self.step("policy.txt", self.check_named_keys)
        self.step("checkpoint", self.check_checkpoint)
        if self.checkpoint is not None:
            self.step("erasures.ndjson", self.check_erasures)
            self.step("records.ndjson", self.check_records)
            self.step("consistency.txt", self.check_consistency)
        self.list_unproven()
        return self.verdict

    def step(self, name: str, check: Callable[[], None]) -> None:
        """One part of it; what cannot be read is a finding there."""
        try:
            check()
        except Unreadable as problem:
            self.say("unreadable", name, str(problem))
        except KeyError:
            # A file that every pack has, and this one has not: said by check_files.
            pass

    def check_named_keys(self) -> None:
        """The keys that the pack names are shown for comparison, and trusted for nothing."""
        for line in self.pack.whole("policy.txt").decode("utf-8", "replace").splitlines():
            parts = line.split("+", 2)
            # Keys of other types may come, and are those of later verifiers.
            if line.startswith("log ") and strict_base64(parts[-1])[:1] in (b"\x01", b"\x04"):
                Key.of(line[4:])

    def number(self, *path: str) -> int:
        """A number of the manifest, which has to be there."""
        value = member(self.manifest, *path)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise Unreadable(f"the manifest does not say {'.'.join(path)}")
        return value

    def read_manifest(self) -> bool:
        if "manifest.json" not in self.pack.files:
            self.say("absent", "manifest.json", "the pack has no manifest")
            return False
        try:
            self.manifest = parse_canonical(self.pack.whole("manifest.json"))
        except Unreadable as problem:
            self.say("unreadable", "manifest.json", str(problem))
            return False
        self.verdict.manifest = self.manifest
        rules = member(self.manifest, "verifier")
        selection = member(self.manifest, "6_proof", "selection")
        if isinstance(rules, int) and rules > RULES:
            self.say("cannot_judge", "manifest.json",
                     f"it takes a verifier that knows rules {rules}; this one knows {RULES}")
        elif member(self.manifest, "format") != FORMAT or selection not in ("all", "matches"):
            self.say("cannot_judge", "manifest.json", f"this verifier knows packs of {FORMAT}")
        elif not isinstance(rules, int):
            self.say("unreadable", "manifest.json", "it does not say which rules judge it")
        else:
            return True
        return False

    def check_signature(self) -> None:
        if "manifest.sig" not in self.pack.files:
            self.say("not_covered", "manifest.sig", "nobody signed the manifest")
            return
        try:
            note = Note.of(self.pack.whole("manifest.sig"))
        except Unreadable as problem:
            self.say("unreadable", "manifest.sig", str(problem))
            return
        digest = hashlib.sha256(self.pack.whole("manifest.json")).hexdigest()
        origin = member(self.manifest, "1_system", "origin")
        good, bad = note.signers(self.keys, origin if isinstance(origin, str) else "")
        if note.text != f"{FORMAT}\n{origin}\n{digest}\n".encode():
            self.say("changed", "manifest.json", "it is not the manifest that was signed")
        elif bad:
            self.say("changed", "manifest.sig", f"the signature of {bad[0].name} is wrong")
        elif not good:
            self.say("not_covered", "manifest.sig", "no key that you trust signed the manifest")

    def check_files(self) -> None:
        listed: dict[str, Any] = {}
        entries = member(self.manifest, "files")
        if not isinstance(entries, list):
            self.say("unreadable", "manifest.json", "it does not list the files")
            return
        content = hashlib.sha256()
        before = ""
        for entry in entries:
            name, digest = member(entry, "name"), member(entry, "sha256")
            if not isinstance(name, str) or not isinstance(digest, str):
                self.say("unreadable", "manifest.json", "a file is listed without name or digest")
                return
            if name <= before:
                self.say("changed", "manifest.json", "the files are not listed in order")
            before = name
            listed[name] = entry
            if name not in OF_THE_REQUEST:
                content.update(f"{digest}  {name}\n".encode())
            if name not in self.pack.files:
                self.say("absent", name, "the manifest names it")
                continue
            found = hashlib.sha256()
            try:
                for chunk in self.pack.chunks(name):
                    found.update(chunk)
            except Unreadable as problem:
                self.say("unreadable", name, str(problem))
                continue
            if self.pack.files[name] != member(entry, "bytes") or found.hexdigest() != digest:
                self.say("changed", name, "its bytes are not those that the manifest names")
        if content.hexdigest() != member(self.manifest, "content"):
            self.say("changed", "manifest.json", "its content is not the digest of its files")
        for name in self.pack.files:
            if name not in listed and name not in ("manifest.json", "manifest.sig"):
                self.say("not_covered", name, "the manifest does not name it")
        proof = "range.json" if self.takes_all else "proofs/shared.txt"
        for name in (*REQUIRED, proof):
            if name not in self.pack.files and name not in listed:
                self.say("absent", name, "every pack of this kind has it")

    @property
    def takes_all(self) -> bool:
        return bool(member(self.manifest, "6_proof", "selection") == "all")

    def check_checkpoint(self) -> None:
        checkpoint = Checkpoint.of(self.pack.whole("checkpoint"))
        self.checkpoint = checkpoint
        good, bad = checkpoint.note.signers(self.keys, checkpoint.origin)
        self.verdict.signed_by = good
        if bad:
            self.say("changed", "checkpoint", f"the signature of {bad[0].name} is wrong")
        elif not good:
            self.say("not_covered", "checkpoint", "no key that you trust signed it")
        if checkpoint.origin != member(self.manifest, "1_system", "origin"):
            self.say("changed", "checkpoint", "it is of another log than the manifest")
        if checkpoint.size != self.number("6_proof", "size"):
            self.say("changed", "checkpoint", "it is of another size than the manifest")
        if base64.b64encode(checkpoint.root).decode() != member(self.manifest, "6_proof", "root"):
            self.say("changed", "checkpoint", "it has another root than the manifest")
        signed, wrong = checkpoint.note.signers(self.witnesses)
        if wrong:
            self.say("changed", "checkpoint", f"the cosignature of {wrong[0].name} is wrong")
        if len({key.line for key in signed}) < self.quorum:
            self.say("not_covered", "checkpoint",
                     f"{len(signed)} of the {self.quorum} witnesses that you ask for signed it")
        self.is_witnessed = bool(signed)

    def check_erasures(self) -> None:
        assert self.checkpoint is not None
        before = -1
        for line in self.pack.lines("erasures.ndjson"):
            value = parse_canonical(line)
            index, text, path = (member(value, name) for name in ("index", "leaf", "path"))
            if not isinstance(index, int) or not isinstance(text, str) or not isinstance(path, list):
                raise Unreadable("a line has no index, leaf or path")
            if index <= before:
                self.say("changed", "erasures.ndjson", f"record {index} is out of order")
            before = index
            leaf = text.encode()
            root = root_by_inclusion(
                index, self.checkpoint.size, leaf_hash(leaf), [hash_of(hash_) for hash_ in path])
            record = parse_canonical(leaf, depth=6)
            if (
                root != self.checkpoint.root
                or member(record, "event", "action") != "privacy.erase"
                or member(record, "written", "index") != index
                or member(record, "written", "origin") != self.checkpoint.origin
            ):
                self.say("changed", "erasures.ndjson", f"record {index} is no such record of the log")
                continue
            keys: set[str] = set()
            for name in ("subjects", "periods"):
                listed = member(record, "erase", name)
                keys.update(k for k in listed if isinstance(k, str)) if isinstance(listed, list) else None
            self.erasures[index] = keys

    def hashes(self) -> Iterator[bytes]:
        if not self.takes_all:
            for line in self.pack.lines("proofs/shared.txt"):
                yield hash_of(line.decode("ascii", "replace"))
            return
        value = parse_canonical(self.pack.whole("range.json"))
        for name, path in (("first", "first"), ("end", "end"), ("size", "size")):
            if member(value, name) != member(self.manifest, "6_proof", path):
                self.say("changed", "range.json", f"its {name} is not that of the manifest")
        listed = member(value, "hashes")
        if not isinstance(listed, list):
            raise Unreadable("range.json lists no hashes")
        for text in listed:
            yield hash_of(text)

    def check_records(self) -> None:
        assert self.checkpoint is not None
        walk = RecordWalk(self)
        try:
            root = root_of_records(self.checkpoint.size, walk.leaves(), self.hashes())
        except WrongRecords as problem:
            self.say("changed", "records.ndjson", str(problem))
        else:
            if root != self.checkpoint.root:
                self.say("changed", "records.ndjson", "the records are not those of the checkpoint")
        walk.finish()

    def check_consistency(self) -> None:
        assert self.checkpoint is not None
        self.is_continued = False
        remembered = self.remembered
        if remembered is not None and remembered.origin != self.checkpoint.origin:
            self.say("changed", "checkpoint", "it is of another log than the one you remember")
            return
        if remembered is not None:
            same = (self.checkpoint.size, self.checkpoint.root) == (remembered.size, remembered.root)
            self.is_continued = same
            if self.checkpoint.size < remembered.size:
                self.verdict.not_led_from = remembered.size
                self.say("not_covered", "checkpoint",
                         f"it is older than the one you remember: {self.checkpoint.size} records,"
                         f" and you saw {remembered.size}", OLDER)
                return
            if self.checkpoint.size == remembered.size and not same:
                self.say("changed", "checkpoint", "the log had another root at this size")
                return
        if "consistency.txt" not in self.pack.files:
            if remembered is None or self.is_continued:
                return
            self.verdict.not_led_from = remembered.size
            files = member(self.manifest, "files")
            names = [member(entry, "name") for entry in files] if isinstance(files, list) else []
            if "consistency.txt" not in names:  # Otherwise it is absent.
                self.say("not_covered", "consistency.txt",
                         "the pack was made without it, and does not show that the log continues"
                         f" the {remembered.size} records that you remember", CONTINUING)
            return
        head, _, note = self.pack.whole("consistency.txt").partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        found = re.fullmatch("old (0|[1-9][0-9]{0,18})", lines[0])
        if not found:
            raise Unreadable("it does not begin with the older size")
        older = Checkpoint.of(note)
        if (
            older.origin != self.checkpoint.origin
            or older.size != int(found[1])
            or not is_consistent(
                older.size, self.checkpoint.size, older.root, self.checkpoint.root,
                [hash_of(line) for line in lines[1:]])
        ):
            self.say("changed", "consistency.txt", "the log does not continue the older checkpoint")
        elif remembered is None or self.is_continued:
            return
        elif older.size == remembered.size and older.root != remembered.root:
            self.say("changed", "consistency.txt", "the log had another root when you last saw it")
        elif older.size != remembered.size:
            self.verdict.not_led_from = remembered.size
            self.say("not_covered", "consistency.txt",
                     f"it leads from {older.size} records, and you remember {remembered.size}", CONTINUING)
        else:
            self.is_continued = True

    is_witnessed = False
    is_continued = False
    lacks_policy_text = False
    unread = 0
    has_gaps = False

    def list_unproven(self) -> None:
        says = self.verdict.unproven
        if not self.takes_all:
            says.append("filtered")
        if self.verdict.withheld:
            says.append("withheld")
        if not self.is_witnessed:
            says.append("no_witness")
        if not self.is_continued:
            says.append("not_continued")
        if self.lacks_policy_text:
            says.append("policy_text")
        if self.unread:
            says.append("unread")
        if self.has_gaps:
            says.append("gaps")


class RecordWalk:
    """Reads the records once, and beside them what belongs to each."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self.say = verifier.say
        self.manifest = verifier.manifest
        self.first, self.end = verifier.number("6_proof", "first"), verifier.number("6_proof", "end")
        groups = member(self.manifest, "4_query", "groups")
        self.groups = set(groups) if isinstance(groups, list) else set()
        self.count = 0
        self.unread = 0
        self.classes: dict[str, int] = {}
        self.fates = {"disclosed": 0, "erased": 0, "missing": 0, "withheld": 0}
        self.bounds: list[Optional[int]] = [None, None]
        self.times: list[Any] = [None, None]
        self.boots: dict[tuple[str, str], Boot] = {}
        self.uncounted = 0
        self.policies: dict[str, list[int]] = {}
        self.clock: Any = None
        # Without the list, nobody knows what became of values.
        self.has_disclosures = "disclosures.ndjson" in verifier.pack.files
        self.disclosures = self.read_disclosures()
        self.disclosure = self.next_disclosure()

    def read_disclosures(self) -> Iterator[tuple[int, str, Any]]:
        before = (-1, "")
        for line in self.verifier.pack.lines("disclosures.ndjson"):
            value = parse_canonical(line)
            index, group = member(value, "index"), member(value, "group")
            if not isinstance(index, int) or group not in GROUPS:
                raise Unreadable("a line has no index or group")
            if (index, group) <= before:
                self.say("changed", "disclosures.ndjson", f"record {index} is out of order")
            before = (index, group)
            yield index, group, value

    def next_disclosure(self) -> Optional[tuple[int, str, Any]]:
        try:
            return next(self.disclosures, None)
        except Unreadable as problem:
            self.say("unreadable", "disclosures.ndjson", str(problem))
            self.has_disclosures = False
        except KeyError:
            pass
        return None

    def leaves(self) -> Iterator[tuple[Optional[int], bytes]]:
        """Index and hash of each leaf, checked on the way."""
        before: Optional[tuple[int, bytes]] = None
        for line in self.verifier.pack.lines("records.ndjson"):
            record: Any = None
            try:
                record = parse_canonical(line, depth=6)
            except Unreadable:
                pass
            schema = member(record, "schema")
            is_record = isinstance(schema, str) and schema.startswith("countersign.record/")
            stated = member(record, "written", "index")
            if self.verifier.takes_all:
                index = self.first + self.count
            elif isinstance(stated, int) and not isinstance(stated, bool):
                index = stated
            else:
                raise Unreadable(f"line {self.count + 1} does not say its place")
            hash_ = leaf_hash(line)
            if not self.first <= index < self.end:
                self.say("changed", "records.ndjson", f"record {index} is not of the range")
            if schema == "countersign.record/1":
                self.check_place(index, record, before)
            self.count += 1
            if self.bounds[0] is None:
                self.bounds[0], self.times[0] = index, member(record, "written", "time")
            self.bounds[1], self.times[1] = index, member(record, "written", "time")
            if is_record:
                self.take(index, record)
            else:
                self.unread += 1
                self.uncounted += 1
            self.take_disclosures(index, record if is_record else None)
            before = (index, hash_)
            if self.count % 4096 == 0:
                self.verifier.progress(self.count)
            yield index, hash_
        while self.disclosure is not None:
            self.say("changed", "disclosures.ndjson", f"record {self.disclosure[0]} is not in the pack")
            self.disclosure = self.next_disclosure()
        yield None, b""

    def check_place(self, index: int, record: Any, before: Optional[tuple[int, bytes]]) -> None:
        assert self.verifier.checkpoint is not None
        written = record.get("written")
        if member(written, "index") != index:
            self.say("changed", "records.ndjson", f"record {index} says another place")
        if member(written, "origin") != self.verifier.checkpoint.origin:
            self.say("changed", "records.ndjson", f"record {index} is of another log")
        if before is not None and before[0] == index - 1:
            if member(written, "prev") != base64.b64encode(before[1]).decode():
                self.say("changed", "records.ndjson", f"record {index} does not follow its predecessor")

    def take(self, index: int, record: Any) -> None:
        """Counts a record."""
        class_ = member(record, "event", "class")
        if isinstance(class_, int):
            self.classes[str(class_)] = self.classes.get(str(class_), 0) + 1
        version = member(record, "decision", "policy_version")
        if isinstance(version, str) and version.startswith("sha256:"):
            seen = self.policies.setdefault(version, [index, index, 0])
            seen[1] = index
            seen[2] += 1
        if member(record, "event", "action") == "audit.heartbeat" and member(record, "clock") is not None:
            self.clock = {"record": index, "says": record["clock"]}
        boot, seq = member(record, "producer", "boot"), member(record, "written", "seq")
        producer = member(record, "producer", "uid")
        if not isinstance(boot, str) or not isinstance(seq, int) or not isinstance(producer, str):
            self.uncounted += 1
            return
        known = self.boots.get((producer, boot))
        if known is None:
            previous = member(record, "previous")
            if previous is not None:
                previous = {"boot": member(previous, "boot"), "last": member(previous, "last_seq")}
            known = self.boots[(producer, boot)] = Boot(producer, boot, seq, previous)
        known.take(seq, record)

    def take_disclosures(self, index: int, record: Any) -> None:
        """What became of the values that a record commits to."""
        commits: dict[str, bytes] = {}
        listed = member(record, "commit")
        for group in GROUPS:
            text = member(listed, group)
            try:
                if text is not None:
                    commits[group] = hash_of(text)
            except Unreadable:
                continue
        while self.disclosure is not None and self.disclosure[0] <= index:
            at, group, value = self.disclosure
            self.disclosure = self.next_disclosure()
            if at < index or group not in commits:
                self.say("changed", "disclosures.ndjson",
                         f"record {at} is not in the pack, or has no values of {group}")
                continue
            commitment = commits.pop(group)
            if member(value, "missing") is True:
                self.fates["missing"] += 1
                self.say("absent", "disclosures.ndjson",
                         f"the values of {group} of record {at} are gone, and nothing says why")
            elif "erased" in value:
                self.fates["erased"] += 1
                key, number = member(value, "erased", "key"), member(value, "erased", "record")
                if not isinstance(key, str) or not is_index(number):
                    self.say("unreadable", "disclosures.ndjson",
                             f"no key and record of the erasure of {group} of record {at}")
                elif key not in self.verifier.erasures.get(number, set()):
                    self.say("absent", "erasures.ndjson",
                             f"no record explains that {group} of record {at} was erased")
            else:
                self.fates["disclosed"] += 1
                self.check_value(at, group, value, commitment)
        self.fates["withheld"] += len(commits)
        self.verifier.verdict.withheld.update(commits)

    def check_value(self, index: int, group: str, value: Any, commitment: bytes) -> None:
        said = member(value, "value")
        try:
            salt = hash_of(member(value, "salt"))
        except Unreadable:
            salt = b""
        if not isinstance(said, dict) or not salt:
            self.say("unreadable", "disclosures.ndjson", f"no salt and value of {group} of record {index}")
            return
        digest = hashlib.sha256(
            b"countersign/commit/v1\n" + group.encode() + b"\x00" + salt + canonical(said)).digest()
        if digest != commitment:
            self.say("changed", "disclosures.ndjson",
                     f"the values of {group} of record {index} are not those that it commits to")
        if group not in self.groups:
            self.say("changed", "disclosures.ndjson",
                     f"{group} of record {index} is disclosed, which the manifest does not say")

    def finish(self) -> None:
        """Compares what was counted with what the manifest and the lists say."""
        rows = member(self.manifest, "5_rows") or {}
        counted: dict[str, Any] = {
            "records": self.count, "classes": self.classes, "unread": self.unread,
            "first": self.bounds[0], "last": self.bounds[1],
        }
        if self.has_disclosures:
            counted.update(self.fates)
        for name, value in counted.items():
            if rows.get(name) != value:
                self.say("changed", "manifest.json",
                         f"it says {rows.get(name)!a} for 5_rows.{name}, and it is {value!a}")
        for name, value in zip(("first", "last"), self.times):
            if member(self.manifest, "3_times", name) != value:
                self.say("changed", "manifest.json", f"3_times.{name} is not that of the record")
        if self.verifier.takes_all:
            if self.count != self.end - self.first:
                self.say("changed", "records.ndjson", "the range has another number of records")
            if member(self.manifest, "3_times", "clock") != self.clock:
                self.say("changed", "manifest.json", "3_times.clock is not that of a heartbeat")
        elif rows.get("matches") != self.count:
            self.say("changed", "manifest.json", "not all of its records are said to match")
        query = member(self.manifest, "4_query")
        text = member(query, "text")
        if isinstance(text, str):
            if member(query, "hash") != query_hash(text, query):
                self.say("changed", "manifest.json", "4_query.hash is not that of the query")
        self.verifier.verdict.records = self.count
        self.verifier.unread = self.unread
        self.verifier.step("policies.ndjson", self.check_policies)
        self.verifier.step("completeness.json", self.check_completeness)

    def check_policies(self) -> None:
        listed = set()
        before: tuple[int, str] = (-1, "")
        for line in self.verifier.pack.lines("policies.ndjson"):
            value = parse_canonical(line)
            version, text = member(value, "version"), member(value, "text")
            first = member(value, "first")
            if not isinstance(version, str) or not isinstance(first, int):
                raise Unreadable("a line has no version or place")
            if (first, version) <= before:
                self.say("changed", "policies.ndjson", f"{version} is out of order")
            before = (first, version)
            listed.add(version)
            seen = self.policies.get(version)
            if seen != [first, member(value, "last"), member(value, "records")]:
                self.say("changed", "policies.ndjson", f"{version} decided other records than it says")
            if text is None:
                self.verifier.lacks_policy_text = True
            elif (
                not isinstance(text, str)
                or f"sha256:{hashlib.sha256(text.encode()).hexdigest()}" != version
            ):
                self.say("changed", "policies.ndjson", f"the text is not that of {version}")
        for version in self.policies.keys() - listed:
            self.say("absent", "policies.ndjson", f"{version} decided records, and is not listed")

    def check_completeness(self) -> None:
        value = parse_canonical(self.verifier.pack.whole("completeness.json"))
        if (member(value, "first"), member(value, "end")) != (self.first, self.end):
            self.say("changed", "completeness.json", "it is of another range")
        boots = member(value, "boots")
        if not isinstance(boots, list):
            raise Unreadable("it lists no boots")
        for boot in boots:
            if member(boot, "gaps") or member(boot, "dropped"):
                self.verifier.has_gaps = True
        if not self.verifier.takes_all:
            return
        if boots != [boot.json() for boot in self.boots.values()]:
            self.say("changed", "completeness.json", "the records were numbered otherwise")
        if member(value, "unread") != self.uncounted:
            self.say("changed", "completeness.json", "it counts other leaves that are no records")


# The command.

UNPROVEN = {
    "filtered": "that no other record matches (the pack was filtered)",
    "withheld": "the values of {groups}, which were withheld",
    "no_witness": "that others were shown the same log (no witness)",
    "not_continued": "that it is the log you saw before ({seen})",
    "policy_text": "what the rules said (some policy text is missing)",
    "unread": "what leaves say that are no records",
    "gaps": "that everything reached the log (there are gaps)",
}
WORDS = {
    None: "verified", "changed": "CHANGED", "unreadable": "UNREADABLE", "absent": "ABSENT",
    "not_covered": "NOT COVERED", "cannot_judge": "CANNOT JUDGE",
}


def printable(text: Any) -> str:
    """Text of the pack, so that a terminal shows it and does nothing else."""
    return "".join(c if c.isprintable() else f"\\u{{{ord(c):x}}}" for c in str(text))


def summary(verdict: Verdict) -> str:
    """The first line: what was checked, and what is not proven."""
    proof = member(verdict.manifest, "6_proof") or {}
    origin = printable(member(verdict.manifest, "1_system", "origin"))
    line = f"{WORDS[verdict.kind]}: "
    if verdict.kind == "cannot_judge" or verdict.manifest is None:
        return line + "nothing was judged"
    line += (
        f"{verdict.records} records from index {proof.get('first')} up to, not including, {proof.get('end')} "
        f"of {origin}, at {proof.get('size')} records")
    if verdict.unproven:
        groups = ", ".join(sorted(verdict.withheld))
        seen = "no remembered checkpoint"
        if verdict.not_led_from is not None:
            seen = f"nothing here leads from the {verdict.not_led_from} records that you remember"
        texts = (UNPROVEN[word].format(groups=groups, seen=seen) for word in verdict.unproven)
        line += "; NOT proven: " + "; ".join(texts)
    return line


def read_keys(paths: list[str]) -> list[Key]:
    """Keys from files, or written out."""
    keys = []
    for path in paths:
        text = path
        if not re.fullmatch(r"[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+", path):
            with open(path, encoding="utf-8") as file:
                text = file.read()
        keys += [Key.of(line) for line in text.splitlines() if line.strip()]
    return keys


def print_report(verdict: Verdict, keys: list[Key], pack: Pack) -> None:
    print(summary(verdict))
    for finding in verdict.findings:
        print(f"  {finding.kind.replace('_', ' ')}: {printable(finding.where)}: {printable(finding.what)}")
    for remedy in dict.fromkeys(finding.remedy for finding in verdict.findings if finding.remedy):
        print(f"  what to do: {remedy}")
    if verdict.more:
        print(f"  and {verdict.more} more findings")
    for key in keys:
        print(f"  key of {key.name}: SHA-256 {key.fingerprint}")
    if not keys and "policy.txt" in pack.files:
        print("No key was given. Compare these with what the log's owner published, and give one with --key:")
        for line in pack.whole("policy.txt").decode("utf-8", "replace").splitlines():
            if line.startswith("log "):
                digest = hashlib.sha256(line[4:].strip().encode()).hexdigest()
                print(f"  {printable(line[4:])}\n    SHA-256 {digest}")


def report_json(verdict: Verdict, keys: list[Key]) -> dict[str, Any]:
    return {
        "verdict": verdict.kind or "verified",
        "summary": summary(verdict),
        "findings": [finding._asdict() for finding in verdict.findings],
        "more_findings": verdict.more,
        "not_proven": verdict.unproven,
        "withheld": sorted(verdict.withheld),
        "records": verdict.records,
        "origin": member(verdict.manifest, "1_system", "origin"),
        "size": member(verdict.manifest, "6_proof", "size"),
        "keys": [{"name": key.name, "sha256": key.fingerprint} for key in keys],
        "signed_by": [key.fingerprint for key in verdict.signed_by],
        "verifier": {"name": "countersign_verify.py", "version": VERSION, "rules": RULES},
    }


def remember(note: bytes, before: Optional[Checkpoint], path: str) -> None:
    """Keeps the newest checkpoint seen in a file, which is replaced as a whole."""
    if before is not None and Checkpoint.of(note).size <= before.size:
        return
    with open(path + ".new", "wb") as file:
        file.write(note)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".new", path)
    if before is None:
        print(f"remembered in {path} for the first time: later packs are compared with this one,"
              " and this one with nothing", file=sys.stderr)


def main(arguments: Optional[list[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="countersign_verify", description="Judge an evidence pack of Countersign, offline.")
    parser.add_argument("pack", help="the folder or .tar")
    parser.add_argument(
        "--key", action="append", default=[], metavar="VKEY",
        help="the log's public key, NAME+ID+BASE64, or a file of such lines")
    parser.add_argument(
        "--witness", action="append", default=[], metavar="VKEY", help="a witness's public key")
    parser.add_argument(
        "--quorum", type=int, default=None, help="how many witnesses have to have signed (default: all given)")
    parser.add_argument(
        "--state", "--remembered", dest="remembered", metavar="FILE",
        help="remembers the newest checkpoint that you saw; it is made the first time")
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    options = parser.parse_args(arguments)
    try:
        keys, witnesses = read_keys(options.key), read_keys(options.witness)
        remembered = None
        if options.remembered and os.path.exists(options.remembered):
            with open(options.remembered, "rb") as file:
                remembered = Checkpoint.of(file.read())
            if keys and not remembered.note.signers(keys, remembered.origin)[0]:
                raise Unreadable("no key that you gave signed the remembered checkpoint")
        pack = Pack(options.pack)
    except (OSError, Unreadable) as problem:
        print(f"countersign_verify: {problem}", file=sys.stderr)
        return 2
    quorum = len(witnesses) if options.quorum is None else options.quorum
    show: Callable[[int], None] = lambda _: None
    if sys.stderr.isatty():
        show = lambda count: print(f"\r{count} records", end="", file=sys.stderr, flush=True)
    verdict = Verifier(pack, keys, witnesses, quorum, remembered, show).judge()
    if sys.stderr.isatty():
        print("\r", end="", file=sys.stderr)
    if options.remembered and verdict.exit_code == 0:
        try:
            remember(pack.whole("checkpoint"), remembered, options.remembered)
        except OSError as problem:
            print(f"countersign_verify: the checkpoint cannot be remembered: {problem}", file=sys.stderr)
            return 1
    if options.json:
        print(json.dumps(report_json(verdict, keys), indent=2, ensure_ascii=True))
    else:
        print_report(verdict, keys, pack)
    return verdict.exit_code


if __name__ == "__main__":
    sys.exit(main())
