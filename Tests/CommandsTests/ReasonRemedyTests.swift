// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Commands
import Testing

@Suite("What explain says to do")
struct ReasonRemedyTests {
    @Test("Every reading of a path is said in words")
    func readings() {
        #expect(Set(ReadingRemedies.words.keys) == Set(RequestReading.names.map(\.name)))
    }
}
