// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Foundation
import Testing

@Suite struct ReasonTableTests {
    /// One line a reason: code, kind, effect, status, message.
    private var table: String {
        Reason.allCases.map { reason in
            let status = reason.status.map(String.init) ?? "-"
            return
                "\(reason.rawValue)\t\(reason.kind)\t\(reason.effect.rawValue)\t\(status)\t\(reason.message)\n"
        }.joined()
    }

    @Test("Every reason has the kind, effect, status and message that we publish")
    func golden() throws {
        let file = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Resources/reasons.tsv")
        #expect(try String(contentsOf: file, encoding: .utf8) == table)
    }

    @Test("Codes are lower-case words that fit a URN", arguments: Reason.allCases)
    func codes(reason: Reason) {
        let code = reason.rawValue
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

    @Test("Refusals have a status of their own, grants have none", arguments: Reason.allCases)
    func statuses(reason: Reason) {
        switch reason.kind {
        case .granted: #expect(reason.status == nil)
        case .aborted: break
        default: #expect((400...599).contains(reason.status ?? 0))
        }
    }
}
