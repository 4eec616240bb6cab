// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Evidence
import Foundation
import LogReading
import Merkle
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import Verification

@Suite struct `Tampering with a pack` {
    private static func filtered() throws -> (log: LedgerLog, pack: TestDirectory) {
        let log = try LedgerLog(30)
        return (log, try Packs.pack(log, try Packs.order("path:/v1/invoices/1*", groups: [.what])))
    }

    private static func whole() throws -> (log: LedgerLog, pack: TestDirectory) {
        let log = try LedgerLog(8)
        return (log, try Packs.pack(log, try Packs.order(groups: [.what, .where])))
    }

    /// Each way to damage the bytes of one file.
    private static let damages: [(name: String, change: @Sendable ([UInt8]) -> [UInt8])] = [
        ("a flipped bit at the start", { flipped($0, 0) }),
        ("a flipped bit in the middle", { flipped($0, $0.count / 2) }),
        ("a flipped bit at the end", { flipped($0, $0.count - 1) }),
        ("half of it", { Array($0.prefix($0.count / 2)) }),
        ("the last byte gone", { Array($0.dropLast()) }),
        ("nothing", { _ in [] }),
        ("a byte more", { $0 + [0x0A] }),
        ("a line twice", { $0 + Array($0.prefix { $0 != 0x0A }) + [0x0A] }),
        (
            "lines the other way round",
            {
                Array(
                    $0.split(separator: 0x0A, omittingEmptySubsequences: true).reversed()
                        .joined(separator: [0x0A])) + [0x0A]
            }
        ),
    ]

    private static func flipped(_ bytes: [UInt8], _ place: Int) -> [UInt8] {
        var bytes = bytes
        if bytes.indices.contains(place) { bytes[place] ^= 1 }
        return bytes
    }

    @Test(arguments: [true, false])
    func `is found in every file, whatever was done`(isFiltered: Bool) throws {
        let (log, pack) = try isFiltered ? Self.filtered() : Self.whole()
        #expect(try Packs.check(pack.path, [log.key]).verdict == .verified)
        for file in pack.files {
            let good = try pack.read(file)
            for (name, change) in Self.damages where change(good) != good {
                try pack.write(change(good), to: file)
                let report = try Packs.check(pack.path, [log.key])
                #expect(report.verdict != .verified, "\(file): \(name)")
                #expect(!report.findings.isEmpty, "\(file): \(name)")
            }
            try pack.remove(file)
            let report = try Packs.check(pack.path, [log.key])
            #expect(
                report.verdict == (file == "manifest.sig" ? .notCovered : .absent),
                "\(file) removed")
            try pack.write(good, to: file)
        }
        try pack.write([1], to: "extra.txt")
        let extra = try Packs.check(pack.path, [log.key])
        #expect(extra.findings.map(\.file) == ["extra.txt"])
        #expect(extra.verdict == .notCovered)
    }

    @Test func `is found where files are swapped between packs of one log`() throws {
        let (log, pack) = try Self.filtered()
        let other = try Packs.pack(log, try Packs.order("path:/v1/invoices/2*", groups: [.what]))
        for file in pack.files {
            let (good, foreign) = (try pack.read(file), try other.read(file))
            guard good != foreign else { continue }
            try pack.write(foreign, to: file)
            #expect(try Packs.check(pack.path, [log.key]).verdict == .changed, "\(file)")
            try pack.write(good, to: file)
        }
    }

    @Test func `is found where the whole manifest is made anew by somebody without the key`()
        throws
    {
        let (log, pack) = try Self.filtered()
        let stranger = NoteSigner(name: log.key.name, key: Curve25519.Signing.PrivateKey())
        func forged(_ change: (TestDirectory) throws -> Void) throws -> PackReport {
            let copy = try pack.copy()
            try change(copy)
            try Packs.reseal(copy, signedBy: stranger)
            return try Packs.check(copy.path, [log.key])
        }
        #expect(try forged { _ in }.kinds == [.notCovered])
        #expect(
            try forged { try $0.tamper("records.ndjson") { $0[10] ^= 1 } }.verdict == .changed)
        #expect(
            try forged { copy in
                try copy.tamper("disclosures.ndjson") { bytes in
                    let text = String(decoding: bytes, as: UTF8.self)
                    bytes = Array(
                        text.replacing("/v1/invoices/1\"", with: "/v1/invoices/9\"").utf8)
                }
            }.findings.contains { $0.kind == .changed && $0.file == "disclosures.ndjson" })
        // A record left out, with its count and its disclosure.
        let shorter = try forged { copy in
            for name in ["records.ndjson", "disclosures.ndjson"] {
                try copy.tamper(name) { bytes in
                    var lines = bytes.split(separator: 0x0A).map(Array.init)
                    lines.removeFirst()
                    lines[lines.count - 1] = Array(
                        "{\"end\":true,\"lines\":\(lines.count - 1)}".utf8)
                    bytes = Array(lines.joined(separator: [0x0A])) + [0x0A]
                }
            }
        }
        #expect(shorter.verdict == .changed)
        let counted = try forged { copy in
            try copy.tamper("manifest.json") { bytes in
                let text = String(decoding: bytes, as: UTF8.self)
                bytes = Array(text.replacing("\"withheld\":11", with: "\"withheld\":12").utf8)
            }
        }
        #expect(counted.findings.contains { $0.detail.contains("withheld") })
    }

    @Test func `is found even if the log's own key signs what the log does not hold`() throws {
        let (log, pack) = try Self.whole()
        try pack.tamper("records.ndjson") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            bytes = Array(text.replacing("\"status\":200", with: "\"status\":404").utf8)
        }
        try Packs.reseal(pack, signedBy: log.fixture.signer)
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.verdict == .changed)
        // The chain says which.
        #expect(report.findings.contains { $0.index == LeafIndex(1) })
        let other = try Self.whole().pack
        let checkpoint = try other.read("checkpoint")
        let stale = try Self.whole()
        try stale.pack.write(checkpoint, to: "checkpoint")
        try Packs.reseal(stale.pack, signedBy: stale.log.fixture.signer)
        #expect(try Packs.check(stale.pack.path, [stale.log.key]).verdict == .changed)
    }

    @Test func `by putting in another log's pack leaves nothing that the key covers`() throws {
        let (log, _) = try Self.whole()
        let other = try Self.whole()
        let report = try Packs.check(other.pack.path, [log.key])
        #expect(report.verdict == .notCovered)
        #expect(report.kinds == [.notCovered])
    }

    @Test(arguments: ["\"format\":\"countersign.pack/2\"", "\"verifier\":2"])
    func `is not what a later form is: nobody can judge it here`(member: String) throws {
        let (log, pack) = try Self.whole()
        try pack.tamper("manifest.json") { bytes in
            let name = member.prefix { $0 != ":" }
            let old = name == "\"format\"" ? "\"format\":\"countersign.pack/1\"" : "\"verifier\":1"
            bytes = Array(
                String(decoding: bytes, as: UTF8.self).replacing(old, with: member).utf8)
        }
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.verdict == .cannotJudge)
        #expect(report.verdict.exitCode == 17)
        #expect(report.firstLine.hasPrefix("cannot judge: "))
    }

    // MARK: Archives and folders

    /// One member of an archive, its header made right.
    private static func member(
        _ name: String, _ bytes: [UInt8], kind: Character = "0", size: Int? = nil,
        link: String = ""
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, _ offset: Int) {
            header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ number: Int, _ digits: Int) -> String {
            let text = String(number, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, 0)
        put("0000644", 100)
        put("0000000", 108)
        put("0000000", 116)
        put(octal(size ?? bytes.count, 11), 124)
        put("00000000000", 136)
        put("        ", 148)
        put(String(kind), 156)
        put(link, 157)
        put("ustar\u{0}00", 257)
        put(octal(header.reduce(0) { $0 + Int($1) }, 6) + "\u{0} ", 148)
        return header + bytes + [UInt8](repeating: 0, count: (512 - bytes.count % 512) % 512)
    }

    @Test func `by tricks of archives is found before anything is read from them`() throws {
        let (log, pack) = try Self.whole()
        let good = try Packs.archive(pack)
        #expect(try Packs.check(archive: good, [log.key]).verdict == .verified)
        let end = [UInt8](repeating: 0, count: 1024)
        let body = Array(good.dropLast(1024))
        let last = Array("zz".utf8)
        let tricks: [(String, [UInt8])] = [
            ("a name outside", body + Self.member("../zz", last) + end),
            ("an absolute name", body + Self.member("/zz", last) + end),
            ("a hidden name", body + Self.member("zz/.zz", last) + end),
            ("a link", body + Self.member("zz", [], kind: "2", link: "records.ndjson") + end),
            ("a hard link", body + Self.member("zz", [], kind: "1", link: "records.ndjson") + end),
            ("a folder", body + Self.member("zz", [], kind: "5") + end),
            ("a long name", body + Self.member("zz", [], kind: "L") + end),
            ("an extended header", body + Self.member("zz", [], kind: "x") + end),
            ("a name twice", body + Self.member("records.ndjson", last) + end),
            ("the last name twice", body + Self.member("zz", last) + Self.member("zz", last) + end),
            ("names out of order", body + Self.member("a", last) + end),
            ("a huge size", body + Self.member("zz", last, size: 0o77777777777) + end),
            ("a size beyond the end", body + Self.member("zz", last, size: 4096) + end),
            ("no end", body), ("half an end", body + end.prefix(512)),
            ("bytes behind the end", good + end),
            (
                "bytes in the end",
                body + end.prefix(1000)
                    + [UInt8](repeating: 1, count: 24)
            ),
            ("bytes in the padding", body + Self.member("zz", last).dropLast() + [1] + end),
            ("no archive", last), ("nothing", []),
        ]
        for (name, bytes) in tricks {
            let report = try Packs.check(archive: bytes, [log.key])
            let hard: Set<PackVerdict> = [.unreadable, .absent, .changed]
            #expect(hard.contains(report.verdict), "\(name)")
            #expect(report.kinds.contains(.unreadable), "\(name)")
        }
    }

    @Test func `by links in a folder is found, and no link is followed`() throws {
        let (log, pack) = try Self.whole()
        let elsewhere = try TestDirectory()
        try elsewhere.write(try pack.read("records.ndjson"), to: "records")
        try pack.remove("records.ndjson")
        try FileManager.default.createSymbolicLink(
            atPath: pack.path.appending("records.ndjson").string,
            withDestinationPath: elsewhere.path.appending("records").string)
        let report = try Packs.check(pack.path, [log.key])
        #expect(report.kinds == [.unreadable, .absent])
        #expect(report.verdict == .unreadable)
    }
}
