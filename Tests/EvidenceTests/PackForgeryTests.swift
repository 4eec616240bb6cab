// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Evidence
import LogReading
import Query
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

/// Whatever can be told without trusting the exporter is told, also where the log's own key signed the manifest.
@Suite struct `A pack that its exporter forged` {
    /// What is done to one file, and what has to be said of it.
    struct Forgery: CustomStringConvertible, Sendable {
        let name: String
        let file: String
        let change: @Sendable (inout String) -> Void
        let kind: PackFinding.Kind

        var description: String { name }
    }

    /// Of a pack that holds its whole range.
    private static let ofWhole: [Forgery] = [
        Forgery("another hash of the query", "manifest.json", .changed, #""hash":"sha256:"#) {
            #""hash":"sha256:0"#
        },
        Forgery("another query", "manifest.json", .changed, #""text":"*""#) {
            #""text":"status:404""#
        },
        Forgery("another time of the first record", "manifest.json", .changed, #""first":"2026"#) {
            #""first":"2025"#
        },
        Forgery("another time of the last record", "manifest.json", .changed, #""last":"2026"#) {
            #""last":"2027"#
        },
        Forgery(
            name: "a clock that no heartbeat had", file: "manifest.json",
            change: { text in
                let had = text.contains(#""clock":{"record":"#)
                text =
                    had
                    ? text.replacing(#""clock":{"record":"#, with: #""clock":{"record":1"#)
                    : text.replacing(
                        #""3_times":{"#, with: #""3_times":{"clock":{"record":1,"says":{}},"#)
            }, kind: .changed),
        Forgery("another range of its proof", "range.json", .changed, #""end":11"#) {
            #""end":10"#
        },
        Forgery("no hashes in its proof", "range.json", .unreadable, #""hashes":["#) {
            #""lashes":["#
        },
        Forgery("a producer that numbered more", "completeness.json", .changed, #""found":"#) {
            #""found":1"#
        },
        Forgery("a group that nobody asked for", "manifest.json", .changed, #"["what","where"]"#) {
            #"["what"]"#
        },
        Forgery("a key that is none", "policy.txt", .unreadable, "log ") { "lock " },
    ]

    /// Of any file of lines.
    private static let ofLines: [(name: String, change: @Sendable (inout [String]) -> Void)] = [
        ("its last line gone", { $0.removeLast() }),
        (
            "its last line counting one more",
            { lines in
                lines[lines.count - 1] = "{\"end\":true,\"lines\":\(lines.count)}"
            }
        ),
        ("a line behind the last", { $0.append($0[0]) }),
        ("two last lines", { $0.append($0[$0.count - 1]) }),
        ("an empty line", { $0.insert("", at: 0) }),
    ]

    private static func whole() throws -> (log: LedgerLog, pack: TestDirectory) {
        let log = try LedgerLog(8)
        return (log, try Packs.pack(log, try Packs.order(groups: [.what, .where])))
    }

    @Test(arguments: ofWhole)
    func `is found, by the file and kind of what was forged`(_ forgery: Forgery) throws {
        let (log, pack) = try Self.whole()
        var text = String(decoding: try pack.read(forgery.file), as: UTF8.self)
        let before = text
        forgery.change(&text)
        try #require(text != before)
        var bytes = Array(text.utf8)
        if forgery.file.hasSuffix(".json") {
            bytes = CanonicalJSON.encode(
                try JSONParser.parse(bytes, as: .strict, deepest: 16))
        }
        try pack.write(bytes, to: forgery.file)
        try Packs.reseal(pack, signedBy: log.fixture.signer)
        let report = try Packs.check(pack.path, [log.key])
        #expect(
            report.findings.contains { $0.kind == forgery.kind }, "\(report.findings.map(\.text))")
        #expect(report.verdict.exitCode == (forgery.kind == .changed ? 10 : 16))
    }

    @Test func `is found by the hash of its query, which may have a salt`() throws {
        let log = try LedgerLog(8)
        var order = try Packs.order("path:/v1/invoices/1", groups: [.what])
        order.salt = [UInt8](repeating: 9, count: QuestionHash.saltBytes)
        let pack = try Packs.pack(log, order)
        let text = String(decoding: try pack.read("manifest.json"), as: UTF8.self)
        #expect(text.contains("\"salt\":\"CQkJCQkJCQkJCQkJCQkJCQ==\""))
        #expect(text.contains("\"hash\":\"\(order.hash)\"") && order.hash != order.query.hash)
        #expect(try Packs.check(pack.path, [log.key]).verdict == .verified)
        for salt in ["CQkJCQkJCQkJCQkJCQkJCg==", "CQkJCQkJCQkJCQkJCQkJ", "?"] {
            let forged = try pack.copy()
            try forged.write(
                Array(text.replacing("CQkJCQkJCQkJCQkJCQkJCQ==", with: salt).utf8),
                to: "manifest.json")
            try Packs.reseal(forged, signedBy: log.fixture.signer)
            let report = try Packs.check(forged.path, [log.key])
            #expect(report.findings.map(\.kind) == [.changed], "\(salt)")
        }
        let checkpoint = try Packs.source(log.directory, []).checkpoint
        let ticket = ExportTicket(
            order, form: "pack", checkpoint, remembered: nil, asked: .object([]))
        let again = ExportTicket(
            try JSONParser.parse(
                CanonicalJSON.encode(ticket.value), as: .strict, deepest: 16))
        #expect(again?.hash == order.hash)
    }

    @Test func `is found in the form of every file of lines`() throws {
        let log = try LedgerLog(30)
        let order = try Packs.order("path:/v1/invoices/1*", groups: [.what])
        let pack = try Packs.pack(log, order)
        for file in pack.files
        where file.hasSuffix(".ndjson") && file != "ocsf.ndjson" || file.hasPrefix("proofs/") {
            for (name, change) in Self.ofLines {
                let forged = try pack.copy()
                var lines = String(decoding: try pack.read(file), as: UTF8.self)
                    .split(separator: "\n").map(String.init)
                change(&lines)
                try forged.write(
                    Array(lines.map { $0 + "\n" }.joined().utf8), to: file)
                try Packs.reseal(forged, signedBy: log.fixture.signer)
                let report = try Packs.check(forged.path, [log.key])
                #expect(
                    report.findings.contains { $0.kind == .unreadable && $0.file == file },
                    "\(file) with \(name): \(report.findings.map(\.text))")
            }
        }
        // All that was taken matches, so it is so many.
        try pack.tamper("manifest.json") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            bytes = Array(text.replacing("\"matches\":11", with: "\"matches\":9").utf8)
        }
        try Packs.reseal(pack, signedBy: log.fixture.signer)
        #expect(try Packs.check(pack.path, [log.key]).verdict == .changed)
    }

    // MARK: Edges

    /// Ranges around the borders of trees, and around a change of the key that signs.
    @Test(arguments: [1, 2, 255, 256, 257])
    func `is told from an honest one of any size, and of any range of it`(count: Int) throws {
        var log = try BuiltLog()
        let boot = BuiltLog.id(1)
        log.start(boot)
        for number in 1..<count { log.stop(boot, UInt64(number + 1)) }
        let directory = try log.directory()
        let keys = [log.signer.verifierKey]
        let size = UInt64(count)
        var ranges: [Range<UInt64>?] = [nil, 0..<0, size..<size, 0..<min(1, size)]
        if size > 1 { ranges += [size - 1..<size, 1..<size - 1, size / 2..<size] }
        for range in ranges {
            for query in ["", "service:nobody", "category:system"] {
                for isFull in [true, false] {
                    let pack = try TestDirectory()
                    try Packs.write(
                        try Packs.order(query, range: range, isFullRange: isFull),
                        try Packs.source(directory, log.signers), to: pack)
                    let report = try Packs.check(pack.path, keys)
                    #expect(
                        report.verdict == .verified,
                        "\(String(describing: range)) \(query): \(report.findings.map(\.text))")
                    if isFull, let range, range.isEmpty {
                        #expect(report.firstLine.contains("0 records from index"))
                    }
                }
            }
        }
    }

    @Test func `ends within a change of keys, and either key judges it`() throws {
        var log = try BuiltLog()
        let boot = BuiltLog.id(1)
        log.start(boot)
        try log.sign()
        let old = log.signer
        let new = NoteSigner(name: old.name, key: .init())
        // While keys change, both sign.
        log.signers = [new, old]
        log.stop(boot, 2)
        let directory = try log.directory()
        let pack = try TestDirectory()
        try Packs.write(
            try Packs.order(range: 0..<2), try Packs.source(directory, log.signers), to: pack)
        for key in [old.verifierKey, new.verifierKey] {
            let report = try Packs.check(pack.path, [key])
            #expect(report.verdict == .verified, "\(report.findings.map(\.text))")
        }
        let both = try Packs.check(pack.path, [old.verifierKey, new.verifierKey])
        #expect(both.verdict == .verified)
        let stranger = NoteSigner(name: old.name, key: .init())
        #expect(try Packs.check(pack.path, [stranger.verifierKey]).verdict == .notCovered)
    }
}

extension `A pack that its exporter forged`.Forgery {
    /// One text instead of another, once.
    fileprivate init(
        _ name: String, _ file: String, _ kind: PackFinding.Kind, _ old: String,
        _ new: @escaping @Sendable () -> String
    ) {
        self.name = name
        self.file = file
        self.kind = kind
        change = { text in text = text.replacing(old, with: new(), maxReplacements: 1) }
    }
}
