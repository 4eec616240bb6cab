// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Access
import Testing

/// A ``Step`` as tests compare it.
enum Shape: Hashable {
    case wait
    case forward
    case release
    case finish
    case abort
    case answer(UInt16, closes: Bool)
}

extension Step {
    var shape: Shape {
        switch self {
        case .wait: .wait
        case .forward: .forward
        case .release: .release
        case .finish: .finish
        case .abort: .abort
        case .answer(let refusal): .answer(refusal.status, closes: refusal.closes)
        }
    }

    var answer: AccessRefusal? { if case .answer(let refusal) = self { refusal } else { nil } }

    var recorded: RecordedRequest? {
        if case .forward(let recorded) = self { recorded } else { nil }
    }
}

extension AccessRefusal {
    var status: UInt16 { rendered.status }
    var body: [UInt8] { rendered.body }

    func says(_ reason: Reason) -> Bool { body == Array(reason.code.utf8) }
}

/// What a client is told here: the reason's code, and nothing in the terms of any protocol.
struct NamedRefusals: RefusalRenderer {
    func render(_ reason: Reason, sentence: String, uid: UniqueID) -> RenderedRefusal {
        RenderedRefusal(status: UInt16(reason.status ?? 500), body: Array(reason.code.utf8))
    }
}
