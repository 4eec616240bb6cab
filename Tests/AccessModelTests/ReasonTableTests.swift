// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Foundation
import Testing

@Suite struct ReasonTableTests {
    /// One line a reason: code, kind, effect, status, severity, message.
    private var table: String {
        Reason.allCases.map { reason in
            let status = reason.status.map(String.init) ?? "-"
            return
                "\(reason.code)\t\(reason.kind)\t\(reason.effect.rawValue)\t\(status)\t\(reason.row.severity.rawValue)\t\(reason.message)\n"
        }.joined()
    }

    @Test("Every reason has the kind, effect, status, severity and message that we publish")
    func golden() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Resources/reasons.tsv")
        #expect(try String(contentsOf: file, encoding: .utf8) == table)
    }

    @Test("Codes are lower-case words that fit a URN", arguments: Reason.allCases)
    func codes(reason: Reason) {
        let code = reason.code
        #expect(!code.isEmpty)
        #expect(code.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F })
        #expect(reason.problemType.hasSuffix(":" + code))
    }

    @Test("Messages are plain sentences of at most 256 bytes", arguments: Reason.allCases)
    func messages(reason: Reason) {
        let message = reason.message
        #expect(message.hasSuffix("."))
        #expect(message.utf8.count <= 256)
        let plain = message.utf8.allSatisfy {
            (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
        }
        #expect(plain)
    }

    @Test("Every reason has one row, at its index, and no two have the same code")
    func rows() {
        #expect(Reason.rows.count == Reason.allCases.count)
        #expect(Set(Reason.allCases.map(\.code)).count == Reason.allCases.count)
        for (index, reason) in Reason.allCases.enumerated() {
            #expect(Int(reason.rawValue) == index)
            #expect(Reason(code: reason.code) == reason)
        }
        #expect(Reason(code: "of_a_later_version") == nil)
        #expect(MemoryLayout<Reason>.size == 1)
    }

    @Test("All but grants have a remedy, a sentence that names the service where it can")
    func remedies() {
        for reason in Reason.allCases {
            let remedy = reason.row.remedy(service: "service billing")
            #expect((remedy == nil) == (reason.kind == .granted))
            guard let remedy else { continue }
            #expect(remedy.hasSuffix("."), "\(reason.code): \(remedy)")
            #expect(!remedy.contains("{"), "\(reason.code): \(remedy)")
        }
        #expect(
            Reason.unlistedRoute.row.remedy(service: "service billing")?
                .contains("of service billing") == true)
    }

    @Test("Only an interruption leaves the outcome open")
    func outcomes() {
        for reason in Reason.allCases {
            let expected: EventOutcome =
                switch reason {
                case .interrupted: .unknown
                case .roleMatch, .ruleAllowed: .success
                default: .failure
                }
            #expect(reason.row.outcome == expected)
        }
    }

    @Test("Refusals have a status of their own, grants have none", arguments: Reason.allCases)
    func statuses(reason: Reason) {
        switch reason.kind {
        case .granted: #expect(reason.status == nil)
        case .aborted: break
        default: #expect((400...599).contains(reason.status ?? 0))
        }
    }
}
