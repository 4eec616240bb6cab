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
}
