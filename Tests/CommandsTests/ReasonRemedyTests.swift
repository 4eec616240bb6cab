// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import Commands
import Testing

@Suite("What explain says to do")
struct ReasonRemedyTests {
    @Test("Every reading of a path is said in words")
    func readings() {
        #expect(Set(ReadingRemedies.words.keys) == Set(RequestReading.names.map(\.name)))
    }

    @Test("Every record of the proxy's own doings is said in words, and none of an access")
    func ownDoings() throws {
        for action in EventAction.allCases {
            let doing = OwnDoing(action, reason: nil)
            let isAccess =
                action.rawValue.hasPrefix("session.") || action.rawValue.hasPrefix("foreign.")
                || [.httpRequest, .databaseStatement, .kubernetesRequest, .mcpMessage].contains(
                    action)
            #expect((doing == nil) == isAccess, "\(action)")
            #expect(doing?.why.hasSuffix(".") != true, "\(action)")
        }
        #expect(try #require(OwnDoing(.configRejected, reason: "config_invalid")).remedy != nil)
        #expect(OwnDoing(.logStop, reason: "outcomes_lost")?.remedy != nil)
        #expect(OwnDoing(.logStop, reason: "shutdown")?.remedy == nil)
    }
}
