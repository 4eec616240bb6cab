// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import LogFormat
internal import Merkle

extension DrillTarget {
    /// Entries: changed, moved, removed, inserted, cut off.
    func damageRecords(_ table: inout DrillTable) throws {
        let (place, entries) = (place(index), entries)
        func expected(_ kind: String, _ code: String, _ record: UInt64? = nil) -> Expectation {
            Expectation(
                kind: kind, code: code, file: entries, place: .record(record ?? index),
                exitCode: 10)
        }
        try drill(expected("a byte of a record edited", "leaf_not_in_tree"), &table) { directory in
            try directory.edit(entries) { bytes in
                let leaf = try Entries(bytes).all[place]
                // Every record has a class, of four digits; another digit leaves it well-formed.
                guard let name = leaf.firstRange(of: Array(#""class":"#.utf8)) else {
                    throw DrillFault("record \(index) has no class")
                }
                bytes[name.upperBound + 3] ^= 1
            }
        }
        try drill(expected("two records swapped", "records_reordered"), &table) { directory in
            try change(directory) { $0.swapAt(place, place + 1) }
        }
        try drill(expected("two records far apart swapped", "records_reordered"), &table) {
            directory in
            try change(directory) { $0.swapAt(place, place + place / 2) }
        }
        try drill(expected("a record deleted", "records_deleted"), &table) { directory in
            try change(directory) { $0.remove(at: place) }
        }
        try drill(expected("a record inserted", "records_inserted"), &table) { directory in
            try change(directory) { $0.insert($0[place - 7], at: place) }
        }
        try drill(expected("the file of entries gone", "file_missing", first), &table) {
            directory in
            try directory.setAside(entries)
        }
        try cutTail(&table)
        try swapSegments(&table)
    }

    private var first: UInt64 { segment.firstIndex.value }

    private func change(
        _ directory: DamagedDirectory, _ body: (inout [ArraySlice<UInt8>]) -> Void
    ) throws {
        try directory.edit(entries) { bytes in
            var entries = try Entries(bytes)
            body(&entries.all)
            bytes = entries.bytes
        }
    }

    private func cutTail(_ table: inout DrillTable) throws {
        let last = SegmentNumber(of: LeafIndex(size - 1))
        let name = LogLayout.entries(last)
        let kept = (size - last.firstIndex.value) / 2
        for rest in [0, 30] {
            let expected = Expectation(
                kind: rest == 0 ? "the tail cut off" : "the tail cut off within a record",
                code: "entry_torn", file: name, place: .record(last.firstIndex.value + kept),
                exitCode: 10)
            try drill(expected, &table) { directory in
                try directory.edit(name) { bytes in
                    let end = try Entries(bytes).all[Int(kept)].startIndex
                    bytes.removeSubrange((end + rest)...)
                }
            }
        }
        let trailing = Expectation(
            kind: "bytes behind the last record", code: "trailing_bytes", file: name,
            place: .noRecord, exitCode: 10)
        try drill(trailing, &table) { directory in
            try directory.edit(name) { $0 += [0, 2, 0x7B, 0x7D] }
        }
    }

    private func swapSegments(_ table: inout DrillTable) throws {
        guard hasFullSegments else { return }
        let (one, other) = (SegmentNumber(0), SegmentNumber(1))
        let expected = Expectation(
            kind: "two segments swapped", code: "wrong_index", file: LogLayout.entries(one),
            place: .record(0), exitCode: 10)
        try drill(expected, &table) { directory in
            for name in [LogLayout.entries, LogLayout.offsets, LogLayout.disclosures] {
                let (first, second) = (
                    try directory.bytes(name(one)), try directory.bytes(name(other))
                )
                try directory.replace(name(one), with: second)
                try directory.replace(name(other), with: first)
            }
        }
    }
}
