// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPPlane
import Transport
import HTTPWire
import Testing

@Suite("What a codec refuses is answered with the reason of the same name")
struct FaultReasonTests {
    @Test("Every fault of a head", arguments: RequestFault.Kind.allCases)
    func heads(fault: RequestFault.Kind) {
        #expect(Reason(fault).code == fault.rawValue)
    }

    @Test("Every fault of a body", arguments: ChunkFault.Kind.allCases)
    func bodies(fault: ChunkFault.Kind) {
        #expect(Reason(fault).code == fault.rawValue)
    }
}
