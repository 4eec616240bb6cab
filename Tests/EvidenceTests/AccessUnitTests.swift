// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Evidence
import Ledger
import LogReading
import Merkle
import RecordForms
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `Exports of accesses` {
    /// A log of 1,000 accesses: each seventh has a record when it begins, and another when 300 others have ended; the
    /// last of these never end.
    private static func log() throws -> (directory: TestDirectory, signer: NoteSigner) {
        let fixture = try LedgerFixture()
        let storage = MemoryStorage()
        let ledger = try fixture.open(storage)
        var randomness = BufferedRandomness(source: .kernel)
        var begun: [(number: Int, uid: UniqueID)] = []
        func append(_ number: Int, _ stage: RecordStage, _ uid: UniqueID) throws {
            let draft = fixture.record(
                for: ledger, path: "/v1/invoices/\(number)", stage: stage, uid: uid)
            guard
                case .recorded = try ledger.appendAndWait(
                    draft, tally: stage == .started ? .uncounted : .allowed)
            else { throw FixtureFault.notRecorded }
        }
        for number in 0..<1000 {
            let uid = ledger.identifiers.next(at: fixture.clock.now, random: randomness.word())
            if number.isMultiple(of: 7) {
                try append(number, .started, uid)
                begun.append((number, uid))
            } else {
                try append(number, .complete, uid)
            }
            if let first = begun.first, first.number + 300 == number {
                try append(first.number, .complete, first.uid)
                begun.removeFirst()
            }
        }
        guard ledger.close() == nil else { throw FixtureFault.notRecorded }
        return (try TestDirectory(storage), fixture.signer)
    }

    /// The newest record of each access within a range, by a look at all of them.
    private static func newest(_ snapshot: LogSnapshot, _ range: Range<UInt64>) throws -> [Int64] {
        var newest: [String: Int64] = [:]
        for index in range {
            let record = try Record(leaf: try snapshot.leaf(at: LeafIndex(index)))
            guard record.action == EventAction.httpRequest.rawValue else { continue }
            newest[try #require(record.uid?.text)] = Int64(index)
        }
        return newest.values.sorted()
    }

    private static func indices(_ bytes: [UInt8]) throws -> [Int64] {
        try bytes.split(separator: UInt8(ascii: "\n")).compactMap { line in
            try JSONParser.parse(Array(line), as: .strict, deepest: 16)["index"]?.integer
        }
    }

    @Test(arguments: [nil, 200..<900])
    func `list each once, as its newest record says, wherever they were interrupted`(
        range: Range<UInt64>?
    ) throws {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [])
        var order = try Packs.order("category:access path:/v1/*", range: range)
        order.unit = .access
        func write(_ place: TestDirectory, _ pace: ExportPace) throws -> Int? {
            var values = ValueReader(opening: source.snapshot)
            var writer = ListWriter(order, source, .native)
            return try writer.write(
                &values, isMarked: true, rowsInPart: 5000,
                name: { _ in place.path.appending("list") }, pace)
        }
        let whole = try TestDirectory()
        _ = try write(whole, .uninterrupted { _ in })
        let all = range ?? 0..<source.checkpoint.claim.size.count
        let expected = try Self.newest(source.snapshot, all)
        #expect(try Self.indices(whole.read("list")) == expected)
        #expect(expected.count < all.count)
        #expect(range == nil ? expected.count == 1000 : expected.count > 500)
        for windows in 1...4 {
            let (place, kept) = (try TestDirectory(), KeptStates())
            guard try write(place, kept.pace(from: nil, most: windows)) == nil else { continue }
            #expect(try write(place, KeptStates().pace(from: kept.states.last, most: 99)) == 1)
            #expect(try place.read("list") == whole.read("list"))
        }
    }

    @Test func `hold each once in a pack, and all records beside them where that is wanted`() throws
    {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [log.signer])
        var order = try Packs.order("path:/v1/invoices/*", groups: [.what])
        order.unit = .access
        let place = try TestDirectory()
        let summary = try Packs.write(order, source, to: place)
        #expect(summary.matches == 1000)
        #expect(summary.records == 1000)
        #expect(try Packs.check(place.path, [log.signer.verifierKey]).verdict == .verified)
        order.isFullRange = true
        let other = try TestDirectory()
        let full = try Packs.write(order, source, to: other)
        #expect(full.matches == 1000)
        #expect(full.records == source.checkpoint.claim.size.count)
        #expect(try Packs.check(other.path, [log.signer.verifierKey]).verdict == .verified)
    }
}
