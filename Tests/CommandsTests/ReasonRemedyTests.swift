// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Commands
import Testing

@Suite("What explain says to do")
struct ReasonRemedyTests {
    @Test("Every reason that an access was refused or failed for has a remedy, and no other has")
    func whole() {
        let refusing = Reason.allCases.filter { $0.kind != .granted }.map(\.rawValue)
        #expect(Set(ReasonRemedies.all.keys) == Set(refusing))
        for (code, remedy) in ReasonRemedies.all {
            #expect(remedy.hasSuffix("."), "\(code): \(remedy)")
        }
    }

    @Test("Every reading of a path is said in words")
    func readings() {
        #expect(Set(ReadingRemedies.words.keys) == Set(RequestReading.names.map(\.name)))
    }
}
