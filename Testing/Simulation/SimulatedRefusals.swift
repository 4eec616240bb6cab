// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import Access

/// What a simulated client is told: the reason's code, and nothing in the terms of any protocol.
struct SimulatedRefusals: RefusalRenderer {
    func render(_ reason: Reason, sentence: String, uid: UniqueID) -> RenderedRefusal {
        RenderedRefusal(status: UInt16(reason.status ?? 500), body: Array(reason.code.utf8))
    }
}
