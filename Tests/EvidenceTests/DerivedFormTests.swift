// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Disclosures
import Evidence
import LogReading
import Merkle
import Messages
import RecordForms
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `Records for other programs` {
    /// A record of each kind of access.
    private static func records() throws -> [Record] {
        var log = try BuiltLog()
        let producer = EncodedProducer(uid: "proxy-a", boot: BuiltLog.id(1))
        for (number, sample) in try AccessSamples.typical().enumerated() {
            let nothing: [UInt8] = []
            log.append(
                sample.access.draft(host: nothing.span, producer: producer), UInt64(number + 1))
        }
        log.start(BuiltLog.id(2))
        log.gap(BuiltLog.id(2), 2, of: 3...4)
        let directory = try log.directory()
        let snapshot = try LogSnapshot(directory: directory.path)
        var records: [Record] = []
        try snapshot.forEachLeaf(in: 0..<snapshot.size.count) { _, leaf in
            if case .success(let record) = Result(catching: { try Record(leaf: leaf) }) {
                records.append(record)
            }
        }
        #expect(records.count > 8)
        return records
    }

    private static let opened: [CommitGroup: OpenedGroup] = [
        .who: .opened(.object([JSONMember("actor.name", .string("=HYPERLINK(\"x\")"))])),
        .where: .opened(
            .object([
                JSONMember("src.ip", .string("203.0.113.7")),
                JSONMember("src.port", .integer(51234)),
                JSONMember("user_agent", .string("a|b=c\\d\r\ne")),
            ])),
        .what: .opened(.object([JSONMember("http.path", .string("/v1/a,\"b\""))])),
    ]

    @Test func `have what OCSF requires of their class, and numbers that belong together`() throws {
        var seen: Set<Int64> = []
        for record in try Self.records() {
            for groups in [[:], Self.opened] {
                let line = DerivedForm.ocsf.line(record, at: LeafIndex(3), groups)
                #expect(line.last == 0x0A)
                let event = try JSONParser.parse(
                    Array(line.dropLast()), as: .canonical, deepest: 16)
                let number = try #require(event["class_uid"]?.integer)
                seen.insert(number)
                #expect(event["category_uid"]?.integer == number / 1000)
                #expect(
                    event["type_uid"]?.integer
                        == number * 100 + (event["activity_id"]?.integer ?? -1))
                #expect((1...6).contains(event["severity_id"]?.integer ?? 0))
                #expect([0, 1, 2, 99].contains(event["status_id"]?.integer))
                #expect(event["time"]?.integer == (record.time?.microseconds ?? 0) / 1000)
                for path in [
                    ["metadata", "version"], ["metadata", "product", "vendor_name"],
                    ["metadata", "uid"], ["raw_data_hash", "value"],
                ] {
                    let value = path.reduce(event as JSONValue?) { $0?[$1] }
                    #expect(value != nil, "\(number): \(path)")
                }
                #expect(event[path: "metadata", "version"]?.string == "1.8.0")
                #expect(
                    OCSFRules.faults(of: event) == [], "\(String(decoding: line, as: UTF8.self))")
            }
        }
        #expect(seen == [6002, 6003, 6005, 6008])
    }

    @Test func `keep to OCSF whatever a proxy writes over months, and whatever is missing`() throws
    {
        var leaves = CatalogLeaves(seed: 5, step: 5_000_000, actors: 30)
        var (count, classes) = (0, Set<Int64>())
        for _ in 0..<1000 {
            let leaf = leaves.next()
            let value = try JSONParser.parse(leaf, as: .strict, deepest: 6)
            // Each record as it is, and without one of the members that may be missing.
            for name in [nil, "http", "dst", "decision", "trace", "duration_us"] as [String?] {
                let members = (value.members ?? []).filter { $0.name != name }
                guard count.isMultiple(of: 7) || name == nil else { continue }
                let record = try Record(leaf: CanonicalJSON.encode(.object(members)))
                for groups in [[:], Self.opened] {
                    let line = DerivedForm.ocsf.line(record, at: LeafIndex(3), groups)
                    let event = try JSONParser.parse(
                        Array(line.dropLast()), as: .canonical, deepest: 16)
                    let faults = OCSFRules.faults(of: event)
                    #expect(faults == [], "\(String(decoding: line, as: UTF8.self))")
                    classes.insert(event["class_uid"]?.integer ?? 0)
                }
            }
            count += 1
        }
        #expect(classes.contains(6003))
    }

    @Test func `show no formula in any column, however a value begins`() throws {
        let beginnings = [
            "=", "+", "-", "@", "\t", "\r", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
        ]
        for beginning in beginnings {
            let cells = RecordSheet.headings.map { _ in beginning + "1+1" }
            let text = String(decoding: CommaSeparated.line(cells), as: UTF8.self)
            let fields = text.dropLast().split(separator: ",", omittingEmptySubsequences: false)
            #expect(fields.count == cells.count)
            for field in fields {
                // What a line cannot hold is written as an escape, which begins no formula.
                let first = field.drop { $0 == "\"" }.first
                #expect(first == "'" || first == "\\", "\(beginning.debugDescription)")
            }
        }
        // A record whose every text is one.
        let text = """
            {"actor":{"auth":{"method":"=a"},"session":"+b","uid":"-c"},"decision":{"effect":"@d",\
            "reason":"=e","rule":"=f"},"dst":{"service":"=g"},"event":{"action":"=h","category":"=i",\
            "outcome":"=j","reason":"=k"},"http":{"host":"=l","method":"=m","route":"=n"},\
            "producer":{"uid":"=o"},"stage":"=p","time":"=q","uid":"=r"}
            """
        let record = try Record(leaf: Array(text.utf8))
        let cells = RecordSheet.cells(record, at: LeafIndex(0), [:])
        #expect(cells.count { $0.first.map { "=+-@".contains($0) } ?? false } == 18)
        let line = String(
            decoding: DerivedForm.sheet.line(record, at: LeafIndex(0), [:]), as: UTF8.self)
        for field in line.dropLast().split(separator: ",") {
            #expect(!"=+-@".contains(field.first ?? "x"), "\(field)")
        }
    }

    @Test func `in a pack are parts that its manifest lists`() throws {
        let log = try LedgerLog(7)
        let source = try Packs.source(log.directory, [log.fixture.signer])
        let pack = try TestDirectory()
        var values = ValueReader(opening: source.snapshot)
        var writer = PackWriter(
            try Packs.order("category:access"), source, to: pack.path, rowsInPart: 3)
        _ = try #require(try writer.write(&values, .uninterrupted { _ in }))
        let manifest = try JSONParser.parse(
            try pack.read("manifest.json"), as: .canonical, deepest: 16)
        let names = manifest["files"]?.array?.compactMap { $0["name"]?.string } ?? []
        #expect(
            names.filter { $0.hasSuffix(".csv") }
                == ["records-2.csv", "records-3.csv", "records.csv"])
        let rows = try ["", "-2", "-3"].map { part in
            String(decoding: try pack.read("records\(part).csv"), as: UTF8.self)
                .split(separator: "\r\n").count
        }
        #expect(rows == [4, 4, 2])
        #expect(try Packs.check(pack.path, [log.key]).verdict == .verified)
    }

    @Test func `are safe in spreadsheets`() throws {
        let record = try #require(try Self.records().first { $0.commitments.isEmpty })
        #expect(DerivedForm.sheet.beginning(isMarked: true).starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(DerivedForm.sheet.beginning(isMarked: false).starts(with: Array("index,".utf8)))
        let line = DerivedForm.sheet.line(record, at: LeafIndex(7), [:])
        #expect(line.suffix(2) == [0x0D, 0x0A])
        #expect(String(decoding: line, as: UTF8.self).hasPrefix("7,"))
        let formula = CommaSeparated.line(["=1+1", "a,b", "say \"x\"", "\u{FF1D}1"])
        #expect(
            String(decoding: formula, as: UTF8.self)
                == "'=1+1,\"a,b\",\"say \"\"x\"\"\",'\u{FF1D}1\r\n")
    }

    @Test func `keep to one line of CEF, whatever a value holds`() throws {
        for record in try Self.records() {
            let line = String(
                decoding: DerivedForm.cef.line(record, at: LeafIndex(3), Self.opened),
                as: UTF8.self)
            #expect(line.hasPrefix("CEF:0|Countersign|Countersign|"))
            #expect(line.count { $0 == "\n" } == 1)
            #expect(!line.contains("\r"))
            #expect(line.contains("requestClientApplication=a|b\\=c\\\\d\\n"))
            #expect(line.contains("src=203.0.113.7"))
        }
    }

    @Test func `as lines of JSON end in their number`() throws {
        #expect(
            String(decoding: DerivedForm.native.end(lines: 2), as: UTF8.self)
                == "{\"end\":true,\"lines\":2}\n")
        let record = try #require(try Self.records().first)
        let line = DerivedForm.native.line(record, at: LeafIndex(0), Self.opened)
        let value = try JSONParser.parse(Array(line.dropLast()), as: .canonical, deepest: 16)
        #expect(value["record"] == record.value)
        #expect(value[path: "values", "src.ip"]?.string == "203.0.113.7")
    }

    @Test func `are split for spreadsheets, each part with its headings`() throws {
        let log = try LedgerLog(3)
        let place = try TestDirectory()
        let order = try Packs.order("decision:allow category:access")
        let source = try Packs.source(log.directory, [])
        var values = ValueReader(sealing: source.snapshot)
        var writer = ListWriter(order, source, .sheet)
        let parts = try writer.write(
            &values, isMarked: true, rowsInPart: 2,
            name: { place.path.appending("list-\($0).csv") }, .uninterrupted { _ in })
        #expect(parts == 2)
        #expect(writer.records == 3)
        let counts = try [1, 2].map { part in
            String(decoding: try place.read("list-\(part).csv"), as: UTF8.self)
                .split(separator: "\r\n").count
        }
        #expect(counts == [3, 2])
    }
}
