// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding

/// What the log knows of a request that went to its service.
enum Standing {
    /// Nothing yet: its one record comes at completion, or before a long answer.
    case unrecorded
    /// A durable `started` record.
    case started
    /// The log did not take its `started` record; that has been counted.
    case dropped
}

/// How a forwarded request ended.
struct Ending {
    /// Nil if it ended as it should.
    let reason: Reason?
    /// What exactly happened, if there is more to say than the reason.
    let detail: String?
    let requestSize: UInt64
    let responseSize: UInt64
    /// Whether the service was asked, or was being connected to.
    let isAsked: Bool
    /// What the client gets once the end is recorded.
    let step: LastStep

    /// Whether the service answered and nothing went wrong: then the client gets its answer as it is.
    var isUsual: Bool {
        guard case .finish = step else { return false }
        return reason == nil && detail == nil && isAsked
    }
}

/// What is done once the last record is durable.
enum LastStep {
    case answer(AccessRefusal)
    case finish
    case abort

    var step: Step {
        switch self {
        case .answer(let refusal): .answer(refusal)
        case .finish: .finish
        case .abort: .abort
        }
    }
}

/// An exchange that has only its last record to wait for.
struct CompletedExchange {
    /// What the client gets once the record is durable.
    let step: LastStep
    let hasReleased: Bool
    let ifUnrecorded: Recourse
    let uid: UniqueID

    /// What happens if the last record could not be written.
    enum Recourse {
        case refuse
        /// The route releases answers that the log could not record; the access counts as dropped.
        case countAndPass
        /// The same for an access that was already counted: each counts once.
        case pass
    }
}
