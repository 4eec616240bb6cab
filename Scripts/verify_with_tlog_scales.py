# Countersign: tamper-evident access proxy
# SPDX-License-Identifier: Apache-2.0
"""Checks an exported tlog-tiles directory with tlog-scales, and that every change is noticed.

The hashing, proofs, notes and signatures are those of tlog-scales. What stands here walks the
directory, so that no file in it is left unchecked.
"""

import argparse
import hashlib
import random
import re
import shutil
import sys
import tempfile
from pathlib import Path

from tlog_scales import tiles
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import Tile, TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import Checkpoint, ConsistencyProof, InclusionProof
from tlog_scales.utils import b64dec, b64enc

TILE_WIDTH = 256
TILE_PATH = re.compile(r"tile/(entries|\d|[1-5]\d|6[0-3])((?:/x\d{3})*/\d{3})(?:\.p/(\d{1,3}))?")
CHECKPOINT_PATH = re.compile(r"checkpoint(?:\.\d+)?")


class Finding(Exception):
    """Something in the export is not as it must be."""


def require(condition, message):
    if not condition:
        raise Finding(message)


def read_vkey(path):
    text = path.read_text(encoding="ascii").removesuffix("\n")
    vkey = Vkey.from_string(text)
    require(vkey.serialize() == text, f"{path.name}: not in canonical form")
    own = Vkey(vkey.name, None, vkey.sig_type, vkey.pubkey)
    require(own.key_id == vkey.key_id, f"{path.name}: key id does not belong to the key")
    return vkey


def read_checkpoint(path, vkey):
    data = path.read_bytes()
    checkpoint = Checkpoint.from_text(data.decode("utf-8"))
    require(checkpoint.serialize().encode() == data, f"{path.name}: not in canonical form")
    require(checkpoint.origin == vkey.name, f"{path.name}: of another log")
    try:
        checkpoint.verify(vkey)
    except Exception as error:
        raise Finding(f"{path.name}: signature: {str(error) or type(error).__name__}") from error
    return checkpoint


def read_entries(root, size):
    """Every entry of the tree, from the widest bundles that its size calls for."""
    entries = []
    for bundle in range((size + TILE_WIDTH - 1) // TILE_WIDTH):
        width = min(TILE_WIDTH, size - bundle * TILE_WIDTH)
        data = required_file(root, -1, bundle, width)
        found = Tile.from_entries_bytes(data).entries
        require(len(found) == width, f"bundle {bundle}: {len(found)} entries instead of {width}")
        entries += found
    return entries


def required_file(root, level, number, width):
    partial = width if width < TILE_WIDTH else 0
    path = root.joinpath(*tiles.tile_path(level, number, partial))
    if partial and not path.exists():
        path = root.joinpath(*tiles.tile_path(level, number))
    require(path.exists(), f"missing {path.relative_to(root)}")
    return path.read_bytes()


def tree_levels(leaf_hashes):
    """The hashes of every tile level: level L+1 holds the hashes of full tiles of level L."""
    levels = [leaf_hashes]
    while len(levels[-1]) >= TILE_WIDTH:
        below = levels[-1]
        levels.append(
            [
                perfect_subtree(below[start : start + TILE_WIDTH])
                for start in range(0, len(below) - TILE_WIDTH + 1, TILE_WIDTH)
            ]
        )
    return levels


def perfect_subtree(hashes):
    while len(hashes) > 1:
        hashes = [
            hashlib.sha256(b"\x01" + hashes[at] + hashes[at + 1]).digest()
            for at in range(0, len(hashes), 2)
        ]
    return hashes[0]


def check_tile_file(root, path, entries, levels):
    """One file below `tile/`: addressed canonically and filled with what the entries say."""
    name = path.relative_to(root).as_posix()
    match = TILE_PATH.fullmatch(name)
    require(match, f"unexpected file {name}")
    level = -1 if match[1] == "entries" else int(match[1])
    number = int(match[2].replace("/", "").replace("x", ""))
    width = int(match[3]) if match[3] else TILE_WIDTH
    require(0 < width <= TILE_WIDTH, f"unexpected file {name}")
    partial = width if match[3] else 0
    require(
        root.joinpath(*tiles.tile_path(level, number, partial)) == path, f"unexpected file {name}"
    )
    start = number * TILE_WIDTH
    if level == -1:
        wanted = entries[start : start + width]
        found = Tile.from_entries_bytes(path.read_bytes()).entries
    else:
        wanted = levels[level][start : start + width] if level < len(levels) else []
        found = Tile.from_hash_bytes(path.read_bytes()).entries
    require(len(wanted) == width, f"{name}: beyond the tree")
    require(found == wanted, f"{name}: content does not match the entries")


def check_required_tiles(root, levels):
    for level, hashes in enumerate(levels):
        for number in range((len(hashes) + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, len(hashes) - number * TILE_WIDTH)
            required_file(root, level, number, width)


def sampled(count):
    """Every index of a small range; the edges and an even spread of a large one."""
    if count <= 300:
        return list(range(count))
    step = max(1, count // 250)
    edges = {0, 1, 254, 255, 256, 257, count - 2, count - 1}
    return sorted(edges | set(range(0, count, step)))


def check_inclusion(reader, checkpoint, entries):
    for index in sampled(checkpoint.size):
        require(reader.get_entry(index) == entries[index], f"entry {index}: reader disagrees")
        proof = reader.get_inclusion_proof(index, checkpoint.size)
        proof.check(tiles.leaf_hash(entries[index]), checkpoint.root_hash)


def consistency_proof(reader, old_size, new_size):
    """The reader's proof; from the empty tree it is empty by definition, which it does not make."""
    if old_size == 0:
        return ConsistencyProof(0, new_size, [])
    return reader.get_consistency_proof(old_size, new_size)


def check_consistency(reader, checkpoint, earlier):
    """Every smaller size, and every earlier signed checkpoint, against the newest."""
    for size in sampled(checkpoint.size + 1):
        proof = consistency_proof(reader, size, checkpoint.size)
        proof.check(reader.mth(0, size), checkpoint.root_hash)
    for old in earlier:
        require(old.size <= checkpoint.size, f"checkpoint of size {old.size} is newer")
        proof = consistency_proof(reader, old.size, checkpoint.size)
        proof.check(old.root_hash, checkpoint.root_hash)


def check_proof_file(path, vkey, newest, entries, reader):
    """A `.tlog-proof` of one of the export's entries, whose checkpoint may be older."""
    text = path.read_text(encoding="utf-8")
    head, _, note = text.partition("\n\n")
    lines = head.split("\n")
    require(lines.pop(0) == "c2sp.org/tlog-proof@v1", f"{path.name}: not a proof")
    if lines and lines[0].startswith("extra "):
        lines.pop(0)
    require(lines and re.fullmatch(r"index (0|[1-9]\d*)", lines[0]), f"{path.name}: no index")
    index = int(lines.pop(0).removeprefix("index "))
    hashes = [b64dec(line) for line in lines]
    require([b64enc(one) for one in hashes] == lines, f"{path.name}: hash not canonical")
    with tempfile.TemporaryDirectory() as folder:
        note_path = Path(folder, "checkpoint")
        note_path.write_text(note, encoding="utf-8")
        checkpoint = read_checkpoint(note_path, vkey)
    require(checkpoint.size <= newest.size, f"{path.name}: newer than the export")
    require(index < checkpoint.size, f"{path.name}: index beyond its checkpoint")
    InclusionProof(index, checkpoint.size, hashes).check(
        tiles.leaf_hash(entries[index]), checkpoint.root_hash
    )
    consistency_proof(reader, checkpoint.size, newest.size).check(
        checkpoint.root_hash, newest.root_hash
    )


def verify(root, vkey_path, proofs=()):
    """Raises unless every byte of the export is what the log's key vouches for."""
    vkey = read_vkey(vkey_path)
    checkpoint = read_checkpoint(root / "checkpoint", vkey)
    entries = read_entries(root, checkpoint.size)
    levels = tree_levels([tiles.leaf_hash(entry) for entry in entries])
    check_required_tiles(root, levels)

    earlier = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        require(not path.is_symlink(), f"unexpected link {name}")
        if path.is_dir() or path == vkey_path or name == "log.vkey":
            continue
        if CHECKPOINT_PATH.fullmatch(name):
            earlier.append(read_checkpoint(path, vkey))
        else:
            check_tile_file(root, path, entries, levels)
    if (root / "log.vkey").exists():
        own = read_vkey(root / "log.vkey")
        require(own.serialize() == vkey.serialize(), "log.vkey: not the key that was given")

    reader = TilesReader(LocalBackend(root))
    reader.set_size(checkpoint.size)
    require(reader.calculate_root_hash() == checkpoint.root_hash, "root does not match")
    check_inclusion(reader, checkpoint, entries)
    check_consistency(reader, checkpoint, earlier)
    for proof in proofs:
        check_proof_file(proof, vkey, checkpoint, entries, reader)
    return checkpoint


def positions(length, seed):
    """All positions of a short file; the ends and a repeatable choice of a long one."""
    if length <= 256:
        return range(length)
    chosen = random.Random(seed).sample(range(length), 24)
    return sorted({0, 1, 2, length - 1, *chosen})


def tamperings(original):
    """Every way in which one file is changed, as a name and the new content (None: removed)."""
    for at in positions(len(original), len(original)):
        changed = bytearray(original)
        changed[at] ^= 1 << (at % 8)
        yield f"bit {at % 8} of byte {at} flipped", bytes(changed)
    yield "one byte appended", original + b"\x00"
    if original:
        yield "last byte cut off", original[:-1]
        yield "emptied", b""


def required_paths(root, size):
    yield root / "checkpoint"
    yield root / "log.vkey"
    for level in [-1, *range(8)]:
        count = tiles.level_entries(size, level)
        for number in range((count + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, count - number * TILE_WIDTH)
            yield root.joinpath(*tiles.tile_path(level, number, width % TILE_WIDTH))


def noticed(copy):
    try:
        verify(copy, copy / "log.vkey")
    except Exception:
        return True
    return False


def self_test(root, size):
    """Tampers with a copy in every way of `tamperings`, and with the set of files."""
    missed = []
    tried = 0
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, "export")
        shutil.copytree(root, copy)
        require(not noticed(copy), "self-test: an untouched copy is refused")
        files = [path for path in sorted(copy.rglob("*")) if path.is_file()]
        # Large exports: the ends and a repeatable choice of the files between.
        if len(files) > 40:
            files = files[:8] + random.Random(len(files)).sample(files[8:-8], 24) + files[-8:]
        for path in files:
            original = path.read_bytes()
            for what, changed in tamperings(original):
                # A key file may end in a line feed or not: the key is the same.
                if path.name == "log.vkey" and changed.removesuffix(
                    b"\n"
                ) == original.removesuffix(b"\n"):
                    continue
                path.write_bytes(changed)
                tried += 1
                if not noticed(copy):
                    missed.append(f"{path.relative_to(copy)}: {what}")
            path.write_bytes(original)
        for path in required_paths(copy, size):
            original = path.read_bytes()
            path.unlink()
            tried += 1
            # A wider file may stand in for a narrow one, never the other way round.
            if not noticed(copy):
                missed.append(f"{path.relative_to(copy)}: removed")
            path.write_bytes(original)
        stray = copy / "tile" / "stray"
        stray.write_bytes(b"x")
        tried += 1
        if not noticed(copy):
            missed.append("a file that does not belong: added")
    require(not missed, "self-test: not noticed:\n  " + "\n  ".join(missed))
    return tried


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("directory", type=Path, help="exported tlog-tiles directory")
    parser.add_argument("--vkey", type=Path, help="the log's key, where not DIR/log.vkey")
    parser.add_argument(
        "--proof", type=Path, action="append", default=[], help="a .tlog-proof to check as well"
    )
    parser.add_argument("--self-test", action="store_true", help="also tamper with copies")
    options = parser.parse_args()
    root = options.directory
    try:
        require(root.is_dir(), f"{root}: no such directory")
        checkpoint = verify(root, options.vkey or root / "log.vkey", options.proof)
        print(
            f"tlog-scales: verified {checkpoint.size} entries of {checkpoint.origin}, "
            f"root {b64enc(checkpoint.root_hash)}, {len(options.proof)} proof files"
        )
        if options.self_test:
            tried = self_test(root, checkpoint.size)
            print(f"tlog-scales: all {tried} tampered copies were refused")
    except Exception as error:
        print(f"tlog-scales: FAILED: {str(error) or type(error).__name__}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
