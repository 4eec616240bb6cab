// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import LogReading
import Merkle
import SignedNotes
import TestSupport
import Testing
import Verification

@Suite struct `A log seen as static tiles` {
    /// The export of a log, as `log export --format tlog-tiles` writes it.
    private func export(_ log: LedgerLog) throws -> TestDirectory {
        let directory = try TestDirectory()
        let tiles = try StaticLog(try LogSnapshot(directory: log.directory.path))
        for resource in tiles.resources {
            try directory.write(try #require(try tiles.bytes(of: resource)), to: resource.path)
        }
        return directory
    }

    @Test(arguments: [0, 253, 254, 300, 520])
    func `is exported whole and verified by itself`(count: Int) async throws {
        let log = try LedgerLog(count)
        let directory = try export(log)
        #expect(
            directory.files
                == LogResource.all(in: TreeSize(UInt64(count) + 3)).map(\.path).sorted())
        let report = try await verifyTiles(directory, [log.key])
        #expect(report.findings == [])
        #expect(report.verdict == .verified)
        #expect(report.disclosures.withheld == 2 * count)
        #expect(try await verifyTiles(directory, []).verdict == .undecided)
    }

    @Test func `has every flipped bit found`() async throws {
        let log = try LedgerLog(254)
        let directory = try export(log)
        for file in directory.files {
            let good = try directory.read(file)
            for position in stride(from: 0, to: good.count, by: max(1, good.count / 40)) {
                var bytes = good
                bytes[position] ^= 1 << UInt8(position % 8)
                try directory.write(bytes, to: file)
                let report = try await verifyTiles(directory, [log.key])
                #expect(report.verdict == .integrityFailure || report.verdict == .undecided)
            }
            try directory.write(good, to: file)
        }
    }

    @Test func `names each file that is gone, with its records, and judges the others`()
        async throws
    {
        let log = try LedgerLog(1100)
        let directory = try export(log)
        for bundle in ["tile/entries/000", "tile/entries/002"] { try directory.remove(bundle) }
        let gone = try await verifyTiles(directory, [log.key])
        #expect(gone.codes == [.fileMissing])
        #expect(
            gone.findings.map(\.file) == ["tile/entries/000", "tile/entries/002"])
        #expect(gone.findings.map(\.count) == [256, 256])
        #expect(gone.findings.map(\.lastIndex) == [LeafIndex(255), LeafIndex(767)])
        #expect(gone.recordsRead == gone.size.count - 512)
        #expect(gone.root == gone.verified?.checkpoint.root)
        let lines = gone.tree(now: UTCInstant(microseconds: 1_795_000_060_000_000))
        #expect(
            lines.contains {
                $0 == "Completeness not decided: 591 of 1103 records were read"
            }, "\(lines)")
        #expect(String(decoding: gone.json, as: UTF8.self).contains(#""completeness":"undecided""#))
        try directory.tamper("tile/entries/003") { $0[600] ^= 1 }
        let changed = try await verifyTiles(directory, [log.key])
        #expect(changed.codes.isSuperset(of: [.fileMissing, .leafNotInTree]))
        let edit = try #require(changed.findings.first { $0.code == .leafNotInTree })
        #expect(edit.file == "tile/entries/003")
        #expect(edit.count == 1)
    }

    @Test func `names a bundle that is cut off, and judges those behind it`() async throws {
        let log = try LedgerLog(600)
        let directory = try export(log)
        try directory.write([], to: "tile/entries/000")
        try directory.tamper("tile/entries/001") { $0.removeLast() }
        let report = try await verifyTiles(directory, [log.key])
        #expect(report.codes == [.entryTorn])
        #expect(report.findings.map(\.file) == ["tile/entries/000", "tile/entries/001"])
        #expect(report.findings.map(\.count) == [256, 1])
    }

    @Test func `names each tile that is gone, and promises no start that makes it again`()
        async throws
    {
        let log = try LedgerLog(1100)
        let directory = try export(log)
        for tile in ["tile/0/001", "tile/0/002"] { try directory.remove(tile) }
        let report = try await verifyTiles(directory, [log.key])
        #expect(report.codes == [.treeFileTooShort])
        #expect(report.findings.map(\.file) == ["tile/0/001", "tile/0/002"])
        #expect(report.findings.map(\.count) == [256, 256])
        #expect(!report.findings.contains { $0.text.contains("opening") })
        // Nothing stands in for a record then, and what is read is still judged.
        try directory.remove("tile/entries/001")
        let less = try await verifyTiles(directory, [log.key])
        #expect(less.codes == [.fileMissing, .treeFileTooShort])
        #expect(less.root == nil)
    }
}
