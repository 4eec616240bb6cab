// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Evidence
import LogReading
import SignedNotes
import RecordForms
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `An interrupted export` {
    /// More than two windows of records, in two starts of the proxy, some of them erased.
    private static func log() throws -> LedgerLog {
        try LedgerLog(700, 500, publishedAlways: false)
    }

    private static func orders() throws -> [EvidenceOrder] {
        [
            try Packs.order(groups: [.what, .where]),
            try Packs.order("path:/v1/invoices/1* OR category:system", groups: [.what]),
            try Packs.order(
                "path:/v1/invoices/3*", range: 100..<1100, isFullRange: true, groups: [.what]),
            try Packs.order("service:nobody"),
        ]
    }

    @Test func `gives the bytes of one that nothing interrupted, wherever that was`() throws {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [log.fixture.signer])
        for order in try Self.orders() {
            let whole = try TestDirectory()
            let expected = try Packs.write(order, source, to: whole)
            var pauses = 0
            for windows in 1...3 {
                let place = try TestDirectory()
                let kept = KeptStates()
                let first = try Self.run(order, source, place, kept.pace(from: nil, most: windows))
                guard first == nil else { continue }
                pauses += 1
                // What a crash leaves behind the last state.
                for name in ["records.ndjson", "disclosures.ndjson", "records.csv"] {
                    try place.tamper(name) { $0 += Array("torn".utf8) }
                }
                try place.write([1, 2, 3], to: "checkpoint")
                let second = try Self.run(
                    order, source, place,
                    KeptStates().pace(from: kept.states.last, most: 99))
                let summary = try #require(second)
                #expect(summary.content == expected.content)
                #expect(summary.manifest == expected.manifest)
                #expect(summary.undecided == expected.undecided)
                #expect(place.files == whole.files)
                for name in whole.files {
                    #expect(try place.read(name) == whole.read(name), "\(name)")
                }
                #expect(try Packs.check(place.path, [log.key]).verdict == .verified)
            }
            #expect(pauses > 0)
        }
    }

    @Test func `goes on from any state that it kept, although files are further`() throws {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [log.fixture.signer])
        let order = try Packs.order("path:/v1/invoices/*", groups: [.what])
        let place = try TestDirectory()
        let kept = KeptStates()
        let whole = try #require(try Self.run(order, source, place, kept.pace(from: nil, most: 99)))
        #expect(kept.states.count == 3)
        for state in kept.states {
            let again = try place.copy()
            let summary = try #require(
                try Self.run(order, source, again, KeptStates().pace(from: state, most: 99)))
            #expect(summary.manifest == whole.manifest)
            #expect(again.files == place.files)
        }
    }

    @Test func `of a list is gone on with in the part where it was`() throws {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [])
        let order = try Packs.order("category:access")
        for form in DerivedForm.allCases {
            func write(_ place: TestDirectory, _ pace: ExportPace) throws -> Int? {
                var values = ValueReader(sealing: source.snapshot)
                var writer = ListWriter(order, source, form)
                return try writer.write(
                    &values, isMarked: true, rowsInPart: 250,
                    name: { place.path.appending("list-\($0)") }, pace)
            }
            let whole = try TestDirectory()
            let parts = try #require(try write(whole, .uninterrupted { _ in }))
            #expect(parts == (form == .sheet ? 5 : 1))
            let place = try TestDirectory()
            let kept = KeptStates()
            #expect(try write(place, kept.pace(from: nil, most: 1)) == nil)
            try place.write([7], to: "list-4")
            let again = try write(
                place, KeptStates().pace(from: kept.states.last, most: 99))
            #expect(again == parts)
            for name in whole.files {
                #expect(try place.read(name) == whole.read(name), "\(form) \(name)")
            }
        }
    }

    @Test func `is not gone on with where its files or its state were changed`() throws {
        let log = try Self.log()
        let source = try Packs.source(log.directory, [log.fixture.signer])
        let order = try Packs.order(groups: [.what])
        let place = try TestDirectory()
        let kept = KeptStates()
        #expect(try Self.run(order, source, place, kept.pace(from: nil, most: 1)) == nil)
        let state = try #require(kept.states.last)
        let changed = try place.copy()
        try changed.tamper("records.ndjson") { $0[30] ^= 1 }
        let short = try place.copy()
        try short.tamper("disclosures.ndjson") { $0.removeLast() }
        for folder in [changed, short] {
            #expect(throws: EvidenceFailure.self) {
                try Self.run(order, source, folder, KeptStates().pace(from: state, most: 99))
            }
        }
        // Every member of the state is needed.
        let value = try JSONParser.parse(state, as: .canonical, deepest: 16)
        for member in value.members ?? [] {
            let rest = JSONValue.object((value.members ?? []).filter { $0.name != member.name })
            #expect(throws: EvidenceFailure.self, "\(member.name)") {
                try Self.run(
                    order, source, try place.copy(),
                    KeptStates().pace(from: CanonicalJSON.encode(rest), most: 99))
            }
        }
    }

    private static func run(
        _ order: EvidenceOrder, _ source: EvidenceSource, _ place: TestDirectory, _ pace: ExportPace
    ) throws -> PackWriter.Summary? {
        var values = ValueReader(opening: source.snapshot)
        var writer = PackWriter(order, source, to: place.path)
        return try writer.write(&values, pace)
    }

    // MARK: The place

    @Test func `keeps its order and its state, for one process at a time`() throws {
        let log = try LedgerLog(3)
        let source = try Packs.source(log.directory, [])
        let above = try TestDirectory()
        let folder = above.path.appending("out.partial")
        let asked = JSONValue.object([JSONMember("since", .string("1h"))])
        let order = try Packs.order(
            "path:/v1/invoices/1* status:5xx", range: 1..<4, isFullRange: true,
            groups: [.who, .what])
        let ticket = ExportTicket(
            order, form: "pack", source.checkpoint, remembered: source.checkpoint, asked: asked)
        do {
            let place = try ExportPlace(folder, ticket, isPrivate: true)
            #expect(place.state == nil)
            try place.keep(.object([JSONMember("next", .integer(1))]))
            try place.keep(.object([JSONMember("next", .integer(2))]))
            #expect(throws: EvidenceFailure.self) { try ExportPlace(resuming: folder) }
            withExtendedLifetime(place) {}
        }
        do {
            let place = try ExportPlace(resuming: folder)
            #expect(place.ticket.value == ticket.value)
            #expect(place.ticket.order.query == order.query)
            #expect(place.ticket.order.groups == order.groups)
            #expect(place.ticket.order.range == order.range)
            #expect(place.ticket.asked == asked)
            #expect(place.ticket.checkpoint == source.checkpoint)
            #expect(place.ticket.remembered == source.checkpoint)
            #expect(place.state?["next"]?.integer == 2)
        }
        try above.write(Array("{}".utf8), to: "out.partial/order.json")
        #expect(throws: EvidenceFailure.self) { try ExportPlace(resuming: folder) }
        try above.remove("out.partial/order.json")
        #expect(throws: EvidenceFailure.self) { try ExportPlace(resuming: folder) }
    }
}
