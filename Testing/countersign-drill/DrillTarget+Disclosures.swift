// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Disclosures
internal import LogFormat
internal import Merkle

extension DrillTarget {
    /// Sealed personal values and their keys.
    func damageDisclosures(_ table: inout DrillTable) throws {
        let name = disclosures
        let (entries, bytes) = (try sound(entries), try soundBytes(name))
        let blocks = DisclosureBlock.scan(bytes).blocks
        let block = blocks[blocks.count / 2]
        func expected(
            _ kind: String, _ code: String, _ place: Expectation.Place, _ file: String? = nil
        ) -> Expectation {
            Expectation(kind: kind, code: code, file: file ?? name, place: place, exitCode: 15)
        }
        let record = try first(in: entries) { !$0.isDisjoint(with: block.commitments) }
        try drill(
            expected("a disclosure edited", "disclosure_mismatch", .record(record)), &table
        ) {
            try $0.edit(name) { $0[block.range.upperBound - 20] ^= 1 }
        }
        try drill(expected("a disclosure lost", "disclosure_missing", .record(record)), &table) {
            try $0.edit(name) { $0.removeSubrange(block.range) }
        }
        let any = try first(in: entries) { !$0.isEmpty }
        try drill(
            expected("all disclosures of a segment lost", "disclosure_missing", .record(any)),
            &table
        ) { try $0.setAside(name) }
        try drill(
            expected("bytes behind the last disclosure", "disclosure_damaged", .noRecord), &table
        ) { try $0.edit(name) { $0 += [1, 2, 3] } }
        try drill(
            expected(
                "the subjects' keys lost", "key_missing", .noRecord,
                LogLayout.disclosures(SegmentNumber(0))), &table
        ) { try $0.replace(LogLayout.subjects, with: []) }
        try drill(
            expected(
                "the subjects' secret lost", "key_file_damaged", .noRecord,
                LogLayout.directorySecret), &table
        ) { try $0.setAside(LogLayout.directorySecret) }
    }

    private func soundBytes(_ name: String) throws -> [UInt8] {
        try DamagedDirectory(log.directory).bytes(name)
    }

    private func sound(_ name: String) throws -> Entries { try Entries(try soundBytes(name)) }

    /// The index of the segment's first record with such commitments.
    private func first(
        in entries: Entries, where fits: (Set<Hash256>) -> Bool
    ) throws -> UInt64 {
        for place in entries.all.indices
        where fits(Set(try entries.record(place).commitments.values)) {
            return segment.firstIndex.value + UInt64(place)
        }
        throw DrillFault("no record is committed so")
    }
}
