# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""What a forger may put into a pack, each with the exit code that it has to end with.

Everything here may be signed with the forger's key: that the log is theirs is no reason to be led astray.
"""

from __future__ import annotations

from typing import Any, Iterator, Optional

import verify_packs as packs
from verify_packs import Signer, archive, chain, lines, make, verifier

KEY = Signer(packs.ORIGIN)
OTHER = Signer(packs.ORIGIN, bytes(32))
ELSEWHERE = Signer("elsewhere.example/log", bytes(range(1, 33)))
WITNESS = Signer("witness.example", bytes(range(2, 34)), kind=4)
HOSTILE = ('"><img src=x onerror=window.ran=1>', "<script>window.ran=1</script>", "\u202egnp.exe", "a\u0000b\r\n", "</script>")

CHANGED, ABSENT, NOT_COVERED, UNREADABLE, LATER = 10, 11, 13, 16, 17


class Attack:
    """An archive, the keys that the reader gives, and what it has to end with."""

    def __init__(
        self, what: str, data: bytes, code: int, keys: str = KEY.line, *, differs: Optional[str] = None, policy: bool = False,
    ) -> None:
        self.what, self.data, self.code, self.keys, self.policy = what, data, code, keys, policy
        # Why the first verifier says something else, where it does.
        self.differs = differs


def containers() -> Iterator[Attack]:
    files = make(chain(3))
    listed = sorted(files.items())
    twice = sorted([*listed, ("records.ndjson", files["records.ndjson"])])
    yield Attack("two files of one name", archive(twice), UNREADABLE)
    yield Attack("files that are out of order", archive(listed[::-1]), UNREADABLE)
    for name in ("../x", "a/b/c", ".x", "a//b", "/x", "a b"):
        yield Attack(f"a file called {name!r}", archive([(name, b""), *listed]), UNREADABLE)
    head = bytearray(verifier.Pack._header("README.txt", 0))
    head[124:135] = b"7" * 11
    head[148:156] = b" " * 8
    head[148:156] = f"{sum(head):06o}\x00 ".encode()
    yield Attack("a size beyond the end", bytes(head) + archive(files), UNREADABLE)
    mode = bytearray(archive(files))
    mode[100:107] = b"0000755"
    mode[148:156] = b" " * 8
    mode[148:156] = f"{sum(mode[:512]):06o}\x00 ".encode()
    yield Attack("another mode, rightly summed", bytes(mode), UNREADABLE, differs="it takes any mode, owner and time")
    many = {**files, **{f"x{n:05}": b"" for n in range(4097)}}
    yield Attack("more than 4,096 files", archive(many), UNREADABLE)
    yield Attack("padding that is not zero", archive(files)[:-1025] + b"x" + bytes(1024), UNREADABLE)
    long = lines([b'{"a":"' + b"x" * (1 << 20) + b'"}'])
    yield Attack("a line of more than 1 MiB", archive(make(chain(3), files={"records.ndjson": long})), UNREADABLE, differs="it takes up to 1.25 MiB")
    yield Attack("a line that never ends", archive(make(chain(3), files={"records.ndjson": b"x" * (3 << 20)})), UNREADABLE)
    yield Attack("a great many short lines", archive(make(chain(3), files={"records.ndjson": lines([b"x"] * 200_000)})), CHANGED)
    deep = b"[" * 400_000 + b"]" * 400_000
    yield Attack("a leaf that is very deep", archive(make(chain(3), files={"records.ndjson": lines([deep])})), CHANGED)
    big = make(chain(3), files={"range.json": b" " * ((16 << 20) + 1)})
    yield Attack("a small file that is large", archive(big), UNREADABLE)


def manifests() -> Iterator[Attack]:
    def with_(what: str, code: int, change: Any, **more: Any) -> Attack:
        return Attack(f"a manifest with {what}", archive(make(chain(3), change=change)), code, **more)

    def put(part: str, name: str, value: Any) -> Any:
        return lambda manifest: manifest[part].__setitem__(name, value)

    yield with_("an index as text", UNREADABLE, put("6_proof", "first", "0"))
    yield with_("a count as text", CHANGED, put("5_rows", "records", "3"))
    yield with_("an end behind the log", UNREADABLE, put("6_proof", "end", 4))
    yield with_("a size that is another", CHANGED, put("6_proof", "size", 4))
    yield with_("the largest size", CHANGED, put("6_proof", "size", 2**53 - 1))
    yield with_("another root", CHANGED, put("6_proof", "root", "A" * 43 + "="))
    yield with_("a root that is none", UNREADABLE, put("6_proof", "root", "AAAA"))
    yield with_("another selection", LATER, put("6_proof", "selection", "some"))
    # Members that look like numbers are parsed in another way.
    strange = {"10": {"a": 1}, "9": 2}
    yield with_("a count that is an object", CHANGED, put("5_rows", "records", strange))
    yield with_("groups that are objects", 0, put("4_query", "groups", [strange, "what"]))
    yield with_("times that are objects", CHANGED, put("3_times", "first", strange))
    yield with_("a sentence of many ticks", 0, put("4_query", "sentence", "`" * 1_000_000))
    yield with_("a name that hides itself", 0, put("2_request", "by", "\u202e" * 300_000))
    yield with_("a member __proto__", 0, lambda m: m.__setitem__("__proto__", {"files": []}))
    yield with_("classes by __proto__", CHANGED, put("5_rows", "classes", {"6003": 3, "__proto__": 1}))
    yield with_("classes by constructor", CHANGED, put("5_rows", "classes", {"6003": 3, "constructor": 1}))
    yield with_("no files", UNREADABLE, lambda m: m.__delitem__("files"), differs="it takes them for none, all not covered")
    yield with_("a file twice", UNREADABLE, lambda m: m["files"].append(m["files"][-1]))
    yield with_("a file that leads out", ABSENT, lambda m: (
        m["files"].insert(0, {"bytes": 1, "name": "../x", "role": "evidence", "sha256": "0" * 64}),
        m.__setitem__("content", packs.hashlib.sha256("".join(
            f"{e['sha256']}  {e['name']}\n" for e in m["files"] if e["name"] != "README.txt").encode()).hexdigest())))
    files = make(chain(3))
    for what, before, after in (
        ("a member twice", b'"format":', b'"format":"countersign.pack/2","format":'),
        ("a fraction", b'"records":3', b'"records":3.0'), ("an exponent", b'"records":3', b'"records":3e0'),
        ("minus nothing", b'"undecided":0', b'"undecided":-0'), ("2^53", b'"undecided":0', b'"undecided":9007199254740992'),
        ("2^53 + 1", b'"undecided":0', b'"undecided":9007199254740993'), ("1e21", b'"undecided":0', b'"undecided":1e+21'),
        ("white space", b'"records":3', b'"records": 3'), ("a needless escape", b'"tests"', b'"t\\u0065sts"'),
        ("half a character", b'"by":"tests"', b'"by":"\\ud800"'), ("bytes that are no text", b'"by":"tests"', b'"by":"\xff"'),
        ("null", b'"by":"tests"', b'"by":null'), ("a mark at its beginning", b'{"1_system"', b'\xef\xbb\xbf{"1_system"'),
    ):
        data = files["manifest.json"].replace(before, after, 1)
        assert data != files["manifest.json"], what
        yield Attack(f"a manifest with {what}", archive(packs.signed({**files, "manifest.json": data}, [KEY])), UNREADABLE)


def proofs() -> Iterator[Attack]:
    hashes = "A" * 43 + "="
    for what, members, code in (
        ("an extra hash", {"hashes": [hashes]}, CHANGED), ("many hashes", {"hashes": [hashes] * 100}, CHANGED),
        ("a hash that is none", {"hashes": ["AAAA"]}, UNREADABLE), ("another range", {"end": 2}, CHANGED),
        ("a range as text", {"end": "3"}, CHANGED),
    ):
        value = {"end": 3, "first": 0, "hashes": [], "size": 3, **members}
        yield Attack(f"range.json with {what}", archive(make(chain(3), files={"range.json": verifier.canonical(value)})), code)
    strange = {"10": {"a": 1}, "9": 2}
    boots = {"boots": [{"boot": "x", "dropped": strange, "gaps": strange, "previous": strange}, 7, strange], "end": 3, "first": 0, "unread": 0}
    yield Attack("numbers of producers that are none", archive(make(chain(3), files={"completeness.json": verifier.canonical(boots)})), CHANGED)
    leaves = chain(3)
    yield Attack("a record left out", archive(make(leaves, files={"records.ndjson": lines(leaves[:2])})), CHANGED)
    yield Attack("a record too many", archive(make(leaves, files={"records.ndjson": lines([*leaves, leaves[2]])})), CHANGED)
    yield Attack("records that are swapped", archive(make(leaves, files={"records.ndjson": lines([leaves[1], leaves[0], leaves[2]])})), CHANGED)
    other = [*chain(2), chain(3, lambda n: {"uid": "x"})[2]]
    yield Attack("a record that does not follow", archive(make(other)), CHANGED)
    wrong = verifier.canonical(packs.record(7, None))
    yield Attack("a record that says another place", archive(make([wrong])), CHANGED)
    far = packs.record(0, None)
    far["written"]["index"] = "0"
    yield Attack("an index as text", archive(make([verifier.canonical(far)])), CHANGED, differs="it takes a place that is no number for none")
    beyond = verifier.canonical(packs.record(0, None)).replace(b'"index":0', b'"index":9007199254740993')
    yield Attack("an index beyond 2^53", archive(make([beyond])), 0)


def notes() -> Iterator[Attack]:
    leaves = chain(3)
    files = make(leaves)
    yield Attack("nobody's signature", archive(make(leaves, signers=[OTHER])), NOT_COVERED)
    yield Attack("the key of another log, which the reader trusts", archive(make(leaves, signers=[ELSEWHERE])), NOT_COVERED, ELSEWHERE.line)
    offered = make(leaves, signers=[OTHER], files={"policy.txt": f"log {OTHER.line}\nquorum none\n".encode()})
    yield Attack("a key of the same name with other bytes", archive(offered), NOT_COVERED)
    clash = OTHER.line.replace(OTHER.id.hex(), KEY.id.hex())
    yield Attack("a key of the same name and id", archive(make(leaves, files={"policy.txt": f"log {clash}\nquorum none\n".encode()})), UNREADABLE)
    forged = files["checkpoint"].decode().split("\n\n")[0] + "\n\n" + f"\u2014 {packs.ORIGIN} {packs.b64(KEY.id + OTHER.sign(b'x'))}\n"
    yield Attack("a forged signature", archive(make(leaves, files={"checkpoint": forged.encode()})), CHANGED)
    both = files["checkpoint"] + forged.split("\n\n")[1].encode()
    yield Attack("a forged signature beside a good one", archive(make(leaves, files={"checkpoint": both})), CHANGED, differs="only the first line of a key counts")
    strangers = "".join(f"\u2014 stranger{n}.example {packs.b64(bytes(68))}\n" for n in range(100)).encode()
    yield Attack("more than 100 signatures", archive(make(leaves, files={"checkpoint": files["checkpoint"] + strangers})), UNREADABLE)
    yield Attack("99 strangers", archive(make(leaves, files={"checkpoint": files["checkpoint"] + strangers[:strangers.index(b"stranger99") - 4]})), 0)
    weak = f"{packs.ORIGIN}+{packs.hashlib.sha256(packs.ORIGIN.encode() + bytes([10, 1, 1]) + bytes(31)).digest()[:4].hex()}+{packs.b64(bytes([1, 1]) + bytes(31))}"
    yield Attack("a key under which anybody can sign", archive(make(leaves, files={"policy.txt": f"log {weak}\nquorum none\n".encode()})), UNREADABLE)
    policy = f"log {KEY.line}\nwitness w1 {WITNESS.line}\nquorum w1\n"
    yield Attack("a witness", archive(make(leaves, witnesses=[WITNESS])), 0, policy, policy=True)
    yield Attack("no witness, and one is asked for", archive(files), NOT_COVERED, policy, policy=True)
    cosigned = make(leaves, witnesses=[WITNESS])["checkpoint"].decode().rstrip("\n")
    blob = bytearray(verifier.strict_base64(cosigned.rsplit(" ", 1)[1]))
    blob[20] ^= 1
    broken = cosigned.rsplit(" ", 1)[0] + " " + packs.b64(bytes(blob)) + "\n"
    yield Attack("a forged witness", archive(make(leaves, files={"checkpoint": broken.encode()})), CHANGED, policy, policy=True)


def values() -> Iterator[Attack]:
    salt, value = bytes(32), {"http.path": "/x"}
    said = packs.commitment("what", salt, value)

    def one(index: int) -> dict[str, Any]:
        if index == 0:
            return {"commit": {"what": said}}
        return {"erase": {"subjects": ["sub_x"]}, "event": {"action": "privacy.erase", "class": 6003}} if index == 1 else {}

    leaves = chain(3, one)
    opened = {"group": "what", "index": 0, "salt": packs.b64(salt), "value": value}
    erased = {"erased": {"key": "sub_x", "record": 1}, "group": "what", "index": 0}

    def pack(disclosures: list[Any], erasures: list[int] = (), groups: Any = ("what",), **counts: int) -> bytes:
        return archive(make(leaves, disclosures, erasures, groups=groups, counts=counts))

    yield Attack("an opened value", pack([opened], disclosed=1), 0)
    yield Attack("an erased value", pack([erased], [1], erased=1), 0)
    yield Attack("a value that is withheld", pack([], withheld=1), 0)
    yield Attack("a value that is missing", pack([{"group": "what", "index": 0, "missing": True}], missing=1), ABSENT)
    yield Attack("another value", pack([{**opened, "value": {"http.path": "/y"}}], disclosed=1), CHANGED)
    yield Attack("another salt", pack([{**opened, "salt": packs.b64(bytes([1]) * 32)}], disclosed=1), CHANGED)
    yield Attack("a short salt", pack([{**opened, "salt": "AAAA"}], disclosed=1), UNREADABLE)
    yield Attack("a group that was not asked for", pack([opened], groups=(), disclosed=1), CHANGED)
    yield Attack("an erasure that nothing explains", pack([erased], erased=1), ABSENT)
    yield Attack("an erasure by another key", pack([{**erased, "erased": {"key": "sub_y", "record": 1}}], [1], erased=1), ABSENT)
    yield Attack("an erasure of __proto__", pack([{**erased, "erased": {"key": "__proto__", "record": 1}}], [1], erased=1), ABSENT)
    yield Attack("a value of no record", pack([{**opened, "index": 9}], withheld=1), CHANGED)
    yield Attack("a value twice", pack([opened, opened], disclosed=1), CHANGED)
    yield Attack("an unknown group", pack([{**opened, "group": "__proto__"}], withheld=1), CHANGED)
    yield Attack("an index as text", pack([{**opened, "index": "0"}], withheld=1), UNREADABLE)
    yield Attack("an index below 0", pack([{**opened, "index": -1}], withheld=1), UNREADABLE)
    yield Attack("a record that is no erasure", pack([erased], [2], erased=1), CHANGED, differs="it says unreadable of it")
    yield Attack("a value that is text", pack([{**opened, "value": "x"}], disclosed=1), UNREADABLE)


def leaves_of_all_kinds() -> Iterator[Attack]:
    """Texts that would run or mislead; forms that nobody foresaw. All of them are in the log, and verified."""
    def hostile(index: int) -> dict[str, Any]:
        text = HOSTILE[index % len(HOSTILE)]
        return [
            {"actor": {"uid": text}, "decision": {"effect": text}, "http": {"method": text, "route": text, "status": text}},
            {"actor": {"uid": {"a": 1}}, "decision": {"effect": ["deny"]}, "http": {"method": "constructor", "route": 7, "status": []}},
            {"actor": [], "decision": "deny", "http": {"method": "__proto__"}, "__proto__": {"x": 1}},
        ][index % 3]

    long = "\u202e" * 100_000
    yield Attack("long texts that hide themselves", archive(make(chain(20, lambda _: {"actor": {"uid": long}, "http": {"method": long, "route": long}}))), 0)
    yield Attack("hostile texts", archive(make(chain(30, hostile))), 0)
    odd = [b"x", b"{}", b'{"schema":"countersign.record/1"', b"[" * 100, b"\xff\xfe", b'"' + "\u202e".encode() + b'"', b'{"a":1.5}']
    yield Attack("leaves that are no records", archive(make([*chain(1), *odd, *chain(9)[8:]])), CHANGED)
    first = chain(1)
    last = packs.record(1 + len(odd), verifier.leaf_hash(odd[-1]))
    last["written"]["seq"] = 2
    yield Attack("leaves that are no records, between two", archive(make([*first, *odd, verifier.canonical(last)])), 0)
    yield Attack("an empty log", archive(make([], counts={"records": 0})), CHANGED)


def all_attacks() -> list[Attack]:
    return [*containers(), *manifests(), *proofs(), *notes(), *values(), *leaves_of_all_kinds()]
