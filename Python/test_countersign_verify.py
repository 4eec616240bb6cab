# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Tests of the second verifier: the kept pack, every kind of damage to it, and the vectors of Docs/Formats.

With COUNTERSIGN_VERIFY=PATH the first verifier judges each damaged pack too, and both have to agree.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from typing import Any, Callable, Optional

import countersign_verify as verifier

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "Tests" / "Fixtures" / "v1"
PACK = FIXTURES / "pack.tar"
KEY = FIXTURES / "log.vkey"
FIRST = os.environ.get("COUNTERSIGN_VERIFY")


def judge(pack: pathlib.Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and JSON of the second verifier."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(io.StringIO()):
        code = verifier.main([str(pack), "--key", str(KEY), "--json", *arguments])
    return code, json.loads(output.getvalue() or "{}")


def judge_first(pack: pathlib.Path, *arguments: str) -> Optional[int]:
    """Exit code of the first verifier, if it was named."""
    if FIRST is None:
        return None
    command = [FIRST, "pack", str(pack), "--key", str(KEY), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False).returncode


class PackTest(unittest.TestCase):
    """A copy of the kept pack, as a folder."""

    def setUp(self) -> None:
        self.work = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.work)
        self.pack = self.work / "pack"
        with tarfile.open(PACK) as archive:
            for entry in archive:
                file = archive.extractfile(entry)
                assert file is not None
                path = self.pack / entry.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())

    def files(self) -> list[str]:
        return sorted(
            str(path.relative_to(self.pack)) for path in self.pack.rglob("*") if path.is_file())

    def expect(self, what: str, kind: Optional[str], *arguments: str) -> None:
        """Both verifiers give the verdict."""
        code, report = judge(self.pack, *arguments)
        expected = verifier.EXIT_CODES[kind] if kind else 0
        self.assertEqual(code, expected, f"{what}: {report.get('summary')} {report.get('findings')}")
        first = judge_first(self.pack, *arguments)
        if first is not None:
            self.assertEqual(first, expected, f"{what}: the first verifier")

    def seal(self) -> None:
        """Makes the manifest name the files as they are now; the signature is then of another."""
        path = self.pack / "manifest.json"
        manifest = json.loads(path.read_bytes())
        content = hashlib.sha256()
        for entry in manifest["files"]:
            data = (self.pack / entry["name"]).read_bytes()
            entry["bytes"], entry["sha256"] = len(data), hashlib.sha256(data).hexdigest()
            if entry["name"] not in verifier.OF_THE_REQUEST:
                content.update(f"{entry['sha256']}  {entry['name']}\n".encode())
        manifest["content"] = content.hexdigest()
        path.write_bytes(verifier.canonical(manifest))


class KeptPackTests(PackTest):
    def test_the_kept_pack_is_verified_as_archive_and_folder(self) -> None:
        for pack in (PACK, self.pack):
            code, report = judge(pack)
            self.assertEqual((code, report["findings"]), (0, []))
            self.assertEqual(report["not_proven"], ["filtered", "withheld", "no_witness", "not_continued", "gaps"])
            self.assertGreater(report["records"], 0)

    def test_what_lies_in_the_folder_beside_a_pack_is_not_covered(self) -> None:
        for name in (".DS_Store", ".x", "a b.txt"):
            (self.pack / name).write_bytes(b"x")
            self.expect(name, "not_covered")
            (self.pack / name).unlink()
        for name in (".git", "sub"):
            (self.pack / name).mkdir()
            (self.pack / name / "file").write_bytes(b"x")
            self.expect(name, "not_covered")
            shutil.rmtree(self.pack / name)
        self.expect("nothing", None)

    def test_parts_that_are_none_are_unreadable(self) -> None:
        (self.pack / "manifest.sig").unlink()
        for name, before, after in (
            ("policy.txt", b"4896492d", b"4896492e"), ("disclosures.ndjson", b'"value":', b'"valud":'),
            ("disclosures.ndjson", b'"salt":"', b'"salt":"A'),
        ):
            path = self.pack / name
            data = path.read_bytes()
            self.assertIn(before, data)
            path.write_bytes(data.replace(before, after, 1))
            self.seal()
            self.expect(f"{name} {after!r}", "unreadable")
            path.write_bytes(data)

    def test_the_first_line_says_what_is_not_proven(self) -> None:
        _, report = judge(PACK)
        self.assertTrue(report["summary"].startswith("verified: "))
        for words in ("NOT proven", "no other record matches", "no witness", "withheld"):
            self.assertIn(words, report["summary"])

    def test_without_a_key_nothing_is_covered(self) -> None:
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = verifier.main([str(PACK)])
        self.assertEqual(code, 13)
        self.assertIn("--key", output.getvalue())

    def test_the_key_of_another_log_covers_nothing(self) -> None:
        other = "log.example/docs+580c8bb1+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(verifier.main([str(PACK), "--key", other]), 13)

    def test_a_key_covers_the_log_of_its_name_and_no_other(self) -> None:
        checkpoint = verifier.Checkpoint.of((self.pack / "checkpoint").read_bytes())
        key = verifier.Key.of(KEY.read_text().strip())
        self.assertEqual(len(checkpoint.note.signers([key], checkpoint.origin)[0]), 1)
        self.assertEqual(checkpoint.note.signers([key], "other.example/log"), ([], []))

    def test_the_log_continues_the_checkpoint_that_is_remembered(self) -> None:
        keys = ["--key", str(FIXTURES / "first.vkey")]
        state = self.pack.parent / "seen"
        newest = (self.pack / "checkpoint").read_bytes()
        for seen in ((FIXTURES / "first.checkpoint").read_bytes(), newest):
            for option in ("--state", "--remembered"):
                state.write_bytes(seen)
                code, report = judge(PACK, option, str(state), *keys)
                self.assertEqual((code, "not_continued" in report["not_proven"]), (0, False), option)
                self.assertEqual(state.read_bytes(), newest)

    def test_the_first_use_remembers_what_is_verified(self) -> None:
        state = self.pack.parent / "seen"
        (self.pack / "README.txt").unlink()
        self.assertEqual(judge(self.pack, "--state", str(state))[0], 11)
        self.assertFalse(state.exists())
        said = io.StringIO()
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            code = verifier.main([str(PACK), "--state", str(state), "--key", str(KEY)])
        self.assertEqual(code, 0)
        self.assertIn("first time", said.getvalue())
        self.assertEqual(state.read_bytes(), (self.pack / "checkpoint").read_bytes())

    def test_a_pack_older_than_what_is_remembered_is_a_finding_of_its_own(self) -> None:
        seen = verifier.Checkpoint.of((self.pack / "checkpoint").read_bytes())
        for remembered, kind, words in (
            (seen._replace(size=seen.size + 1), "not_covered", "older"),
            (seen._replace(origin="elsewhere.example/log"), "changed", "another log"),
        ):
            verdict = verifier.Verifier(
                verifier.Pack(str(PACK)), verifier.read_keys([str(KEY)]), [], 0, remembered).judge()
            self.assertEqual(verdict.exit_code, verifier.EXIT_CODES[kind])
            self.assertTrue(any(words in str(finding) for finding in verdict.findings), words)

    def test_a_remembered_checkpoint_that_nothing_leads_from_is_not_covered(self) -> None:
        name = "consistency.txt"
        (self.pack / name).unlink()
        path = self.pack / "manifest.json"
        manifest = json.loads(path.read_bytes())
        manifest["files"] = [entry for entry in manifest["files"] if entry["name"] != name]
        path.write_bytes(verifier.canonical(manifest))
        self.seal()
        (self.pack / "manifest.sig").unlink()
        arguments = ("--remembered", str(FIXTURES / "first.checkpoint"), "--key", str(FIXTURES / "first.vkey"))
        self.expect("nothing leads from what is remembered", "not_covered", *arguments)
        _, report = judge(self.pack, *arguments)
        self.assertEqual(
            [(f["kind"], f["where"]) for f in report["findings"]],
            [("not_covered", "manifest.sig"), ("not_covered", name)])
        self.assertIn("log export --format pack --remembered FILE", report["findings"][1]["remedy"])
        seen = verifier.Checkpoint.of((FIXTURES / "first.checkpoint").read_bytes()).size
        self.assertIn(f"nothing here leads from the {seen} records that you remember", report["summary"])

    def test_what_leads_from_a_remembered_checkpoint_is_absent_once_it_is_taken_out(self) -> None:
        (self.pack / "consistency.txt").unlink()
        arguments = ("--remembered", str(FIXTURES / "first.checkpoint"), "--key", str(FIXTURES / "first.vkey"))
        self.expect("the file is taken out", "absent", *arguments)
        _, report = judge(self.pack, *arguments)
        self.assertEqual([f["kind"] for f in report["findings"]], ["absent"])
        self.assertIn("not_continued", report["not_proven"])

    def test_another_root_of_the_size_that_is_remembered_is_changed(self) -> None:
        text = (self.pack / "checkpoint").read_text().split("\n")
        text[2] = "A" * 43 + "="
        state = self.pack.parent / "seen"
        state.write_text("\n".join(text))
        code = judge_first(self.pack, "--state", str(state))
        self.assertIn(code, (None, 10))
        seen = verifier.Checkpoint.of((self.pack / "checkpoint").read_bytes())
        verdict = verifier.Verifier(
            verifier.Pack(str(PACK)), verifier.read_keys([str(KEY)]), [], 0,
            seen._replace(root=bytes(32))).judge()
        self.assertEqual([finding.kind for finding in verdict.findings], ["changed"])

    def test_a_witness_that_did_not_sign_is_missed(self) -> None:
        witness = "log.example/docs+580c8bb1+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
        self.assertEqual(judge(PACK, "--witness", witness)[0], 13)


class DamageTests(PackTest):
    def test_every_file_that_is_changed_is_found(self) -> None:
        for name in self.files():
            path = self.pack / name
            data = path.read_bytes()
            if not data:
                continue
            for at in {0, len(data) // 2, len(data) - 1}:
                path.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
                code, report = judge(self.pack)
                # A key's name or id that is changed is that of a key that nobody knows.
                codes = (10, 13, 16, 17) if name in ("manifest.sig", "checkpoint") else (10, 16, 17)
                self.assertIn(code, codes, f"{name} at {at}: {report.get('findings')}")
                first = judge_first(self.pack)
                if first is not None:
                    self.assertEqual(first, code, f"{name} at {at}: {report.get('findings')}")
            path.write_bytes(data)

    def test_every_file_that_is_cut_or_grows_is_found(self) -> None:
        for name in self.files():
            path = self.pack / name
            data = path.read_bytes()
            for changed in (b"", data[: len(data) // 2], data[:-1], data + b"\n", data + data):
                if changed == data:
                    continue
                path.write_bytes(changed)
                code, report = judge(self.pack)
                self.assertIn(code, (10, 16), f"{name}: {report.get('findings')}")
                first = judge_first(self.pack)
                if first is not None:
                    self.assertEqual(first, code, f"{name}, {len(changed)} bytes: {report.get('findings')}")
            path.write_bytes(data)

    def test_every_file_that_is_missing_is_missed(self) -> None:
        for name in self.files():
            path = self.pack / name
            data = path.read_bytes()
            path.unlink()
            self.expect(f"without {name}", "not_covered" if name == "manifest.sig" else "absent")
            path.write_bytes(data)

    def test_a_file_more_is_not_covered(self) -> None:
        (self.pack / "records-9.csv").write_text("x\n")
        self.expect("one more file", "not_covered")

    def test_a_link_is_not_followed(self) -> None:
        path = self.pack / "README.txt"
        path.unlink()
        path.symlink_to("/etc/hostname")
        self.expect("a link", "unreadable")

    def lines_changed(self, name: str, change: Callable[[list[bytes]], list[bytes]]) -> None:
        path = self.pack / name
        lines = change(path.read_bytes().split(b"\n")[:-2])
        end = b'{"end":true,"lines":%d}' % len(lines)
        path.write_bytes(b"\n".join([*lines, end]) + b"\n")
        self.seal()

    def test_lines_that_are_swapped_removed_or_doubled_are_found_under_any_manifest(self) -> None:
        names = [n for n in self.files() if n.endswith(".ndjson") and n != "ocsf.ndjson"]
        names.append("proofs/shared.txt")
        changes: dict[str, Callable[[list[bytes]], list[bytes]]] = {
            "swapped": lambda lines: [lines[1], lines[0], *lines[2:]],
            "removed": lambda lines: lines[1:],
            "last removed": lambda lines: lines[:-1],
            "doubled": lambda lines: [lines[0], *lines],
        }
        kept = {name: (self.pack / name).read_bytes() for name in (*names, "manifest.json")}
        tried = 0
        for name in names:
            for what, change in changes.items():
                if kept[name].count(b"\n") < 3:
                    continue
                tried += 1
                self.lines_changed(name, change)
                (self.pack / "manifest.sig").rename(self.work / "sig")
                code, report = judge(self.pack)
                findings = [f for f in report["findings"] if f["where"] != "manifest.sig"]
                self.assertTrue(findings, f"{what} in {name}")
                first = judge_first(self.pack)
                if first is not None:
                    self.assertEqual(first, code, f"{what} in {name}: {report['findings']}")
                (self.work / "sig").rename(self.pack / "manifest.sig")
                for file, data in kept.items():
                    (self.pack / file).write_bytes(data)
        self.assertGreater(tried, 8)

    def test_files_of_lines_have_one_form_under_any_manifest(self) -> None:
        names = [n for n in self.files() if n.endswith(".ndjson") and n != "ocsf.ndjson"]
        (self.pack / "manifest.sig").unlink()
        sealed = (self.pack / "manifest.json").read_bytes()
        for name in [*names, "proofs/shared.txt"]:
            path = self.pack / name
            data = path.read_bytes()
            lines = data.split(b"\n")[:-1]
            for what, changed in {
                "no last line": lines[:-1],
                "a last line that counts one more": [*lines[:-1], b'{"end":true,"lines":%d}' % len(lines)],
                "a line behind the last": [*lines, lines[0]],
                "two last lines": [*lines, lines[-1]],
                "an empty line": [b"", *lines],
            }.items():
                path.write_bytes(b"".join(line + b"\n" for line in changed))
                self.seal()
                self.expect(f"{name}: {what}", "unreadable")
                (self.pack / "manifest.json").write_bytes(sealed)
            path.write_bytes(data)

    def test_what_a_manifest_claims_of_records_and_query_is_told_again(self) -> None:
        path = self.pack / "manifest.json"
        data = path.read_bytes()
        (self.pack / "manifest.sig").unlink()
        for part, name, value in (
            ("3_times", "first", "2020-01-01T00:00:00.000000Z"), ("3_times", "last", None),
            ("4_query", "hash", "sha256:" + "0" * 64), ("4_query", "text", "status:418"),
            ("5_rows", "matches", 1), ("5_rows", "classes", {"6003": 1}),
            ("4_query", "groups", []),
        ):
            manifest = json.loads(data)
            manifest[part][name] = value
            if value is None:
                del manifest[part][name]
            path.write_bytes(verifier.canonical(manifest))
            self.expect(f"{part}.{name}", "changed")

    def test_the_salt_of_a_query_is_part_of_its_hash(self) -> None:
        path = self.pack / "manifest.json"
        data = path.read_bytes()
        (self.pack / "manifest.sig").unlink()
        for what, salt, is_used, kind in (
            ("of 16 bytes", bytes(range(16)), True, "not_covered"),
            ("of 16 bytes that were not used", bytes(range(16)), False, "changed"),
            ("of 15 bytes", bytes(15), True, "changed"), ("of 32 bytes", bytes(32), True, "changed"),
            ("of none", b"", True, "changed"),
        ):
            manifest = json.loads(data)
            query = manifest["4_query"]
            query["salt"] = base64.b64encode(salt).decode()
            before = salt if is_used else b""
            digest = hashlib.sha256(before + b"countersign/query/v1\n" + query["text"].encode())
            query["hash"] = f"sha256:{digest.hexdigest()}"
            path.write_bytes(verifier.canonical(manifest))
            self.expect(f"a salt {what}", kind)
        for value in ("AAECAwQFBgcICQoLDA0ODw", "x", 7, {}):
            manifest = json.loads(data)
            manifest["4_query"]["salt"] = value
            path.write_bytes(verifier.canonical(manifest))
            self.expect(f"a salt that is {value!r}", "changed")
        manifest["4_query"]["salt"] = None
        path.write_bytes(verifier.canonical(manifest))
        self.expect("a salt that is null", "unreadable")

    def test_counts_of_a_manifest_that_nobody_signed_are_counted_again(self) -> None:
        path = self.pack / "manifest.json"
        data = path.read_bytes()
        (self.pack / "manifest.sig").unlink()
        for name in ("records", "disclosed", "erased", "missing", "withheld", "unread", "first", "last"):
            manifest = json.loads(data)
            manifest["5_rows"][name] = manifest["5_rows"].get(name, 0) + 1
            path.write_bytes(verifier.canonical(manifest))
            self.expect(name, "changed")

    def test_a_later_pack_cannot_be_judged(self) -> None:
        path = self.pack / "manifest.json"
        data = path.read_bytes()
        for change in ({"verifier": 2}, {"format": "countersign.pack/2"}):
            path.write_bytes(verifier.canonical({**json.loads(data), **change}))
            self.expect(str(change), "cannot_judge")

    def test_an_archive_is_of_one_form_only(self) -> None:
        data = PACK.read_bytes()
        archive = self.work / "pack.tar"
        for what, changed in {
            "the mode is another": data[:104] + b"7" + data[105:],
            "it is a link": data[:156] + b"2" + data[157:],
            "the name leads out": b"../" + data[3:],
            "something follows": data + b"\x00",
            "the end is missing": data[:-1024],
            "it is cut": data[: len(data) // 2],
            "it is empty": b"",
        }.items():
            archive.write_bytes(changed)
            code, _ = judge(archive)
            self.assertEqual(code, 16, what)
            first = judge_first(archive)
            if first is not None:
                self.assertEqual(first, code, what)


class VectorTests(unittest.TestCase):
    KEY = "log.example/docs+580c8bb1+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4"
    NOTE = (
        "log.example/docs\n2\nXMtuNMVe4KBvF6+j1nJEfwL0GvqEHn3z/mZFo+uqAFg=\n\n"
        "\u2014 log.example/docs WAyLsbcdOHMEsWe+iXJfzTSK79B34m7dhDtsQsddQlFB6sRptmc+J/imsvq7D+sPJrXhfdHfbKGCR7T5qdkMrJ6whg0=\n"
    )

    def test_the_checkpoint_of_the_pages_is_signed(self) -> None:
        key = verifier.Key.of(self.KEY)
        good, bad = verifier.Checkpoint.of(self.NOTE.encode()).note.signers([key])
        self.assertEqual((good, bad), ([key], []))
        other = self.NOTE.replace("\n2\n", "\n3\n")
        good, bad = verifier.Checkpoint.of(other.encode()).note.signers([key])
        self.assertEqual((good, bad), ([], [key]))

    def test_rfc_8032(self) -> None:
        # Test 2 of §7.1.
        public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
        signature = bytes.fromhex(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
        self.assertTrue(verifier.ed25519_is_valid(public, b"\x72", signature))
        self.assertFalse(verifier.ed25519_is_valid(public, b"\x73", signature))

    def test_the_commitment_of_the_pages(self) -> None:
        value = {
            "http.path": "/v1/invoices/inv_8831", "http.query": "expand=lines",
            "resources": [{"type": "invoice", "uid": "inv_8831"}],
        }
        salt = verifier.hash_of("Z/cs52oM2YNh9CEtdAI1bu4b574LJVmnQipxLtFQtCg=")
        data = b"countersign/commit/v1\nwhat\x00" + salt + verifier.canonical(value)
        self.assertEqual(
            hashlib.sha256(data).digest(),
            verifier.hash_of("Iw77g9yRmRDDdYMqebX5ZED18oa3jwn6MWNj6htq4oQ="))

    def test_trees_are_proven_at_every_size(self) -> None:
        leaves = [hashlib.sha256(b"\x00" + bytes([n])).digest() for n in range(17)]

        def root(part: list[bytes]) -> bytes:
            if not part:
                return hashlib.sha256(b"").digest()
            if len(part) == 1:
                return part[0]
            k = 1 << ((len(part) - 1).bit_length() - 1)
            return verifier.node_hash(root(part[:k]), root(part[k:]))

        def path(index: int, part: list[bytes]) -> list[bytes]:
            if len(part) <= 1:
                return []
            k = 1 << ((len(part) - 1).bit_length() - 1)
            if index < k:
                return path(index, part[:k]) + [root(part[k:])]
            return path(index - k, part[k:]) + [root(part[:k])]

        def consistency(old: int, part: list[bytes], whole: bool = True) -> list[bytes]:
            if old == len(part):
                return [] if whole else [root(part)]
            k = 1 << ((len(part) - 1).bit_length() - 1)
            if old <= k:
                return consistency(old, part[:k], whole) + [root(part[k:])]
            return consistency(old - k, part[k:], False) + [root(part[:k])]

        for size in range(1, 18):
            tree = leaves[:size]
            for index in range(size):
                found = verifier.root_by_inclusion(index, size, tree[index], path(index, tree))
                self.assertEqual(found, root(tree))
                wrong = verifier.root_by_inclusion(index, size, tree[index], path(index, tree) + [leaves[0]])
                self.assertIsNone(wrong)
            for old in range(1, size + 1):
                proof = consistency(old, tree)
                roots = root(tree[:old]), root(tree)
                self.assertTrue(verifier.is_consistent(old, size, *roots, proof))
                self.assertFalse(verifier.is_consistent(old, size, leaves[16] + b"", roots[1], proof))

    def test_json_has_one_spelling(self) -> None:
        for text in (b'{"a":1,"a":1}', b'{"b":1,"a":1}', b"1.0", b"1e3", b"-0", b"9007199254740992", b'{"a": 1}',
                     b'"\\u0041"', b'"\\ud800"', b"\xff", b"NaN", b"null", b'{"a":[null]}', b"[" * 100_000):
            with self.assertRaises(verifier.Unreadable, msg=repr(text[:20])):
                verifier.parse_canonical(text)
        self.assertEqual(verifier.parse_canonical('{"a":[1,"ä\\n"]}'.encode()), {"a": [1, "ä\n"]})


if __name__ == "__main__":
    unittest.main()
