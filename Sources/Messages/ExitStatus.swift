// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How a command ended: the exit codes that scripts rely on. A code, once published, keeps its meaning.
package enum ExitStatus: Int32, CaseIterable, Sendable {
    case success = 0
    case failure = 1
    /// Usage or configuration error.
    case usage = 2
    case notFound = 3
    /// Not authenticated or not permitted.
    case notPermitted = 4
    /// Network or server unavailable.
    case unavailable = 5
    case integrityFailure = 10
    case completenessFailure = 11
    /// Rollback or split view.
    case rollback = 12
    /// Key unknown, quorum not met, proof absent.
    case undecided = 13
    case stale = 14
    case disclosureMismatch = 15
    /// Part of what was to be verified cannot be read.
    case unreadable = 16
    /// Only a newer program can judge it.
    case cannotJudge = 17
    case interrupted = 130
    /// Nobody reads our output any longer (128 + SIGPIPE).
    case outputClosed = 141

    /// One word for programs: `error.kind` with `--json`.
    package var name: String {
        switch self {
        case .success: "success"
        case .failure: "failure"
        case .usage: "usage"
        case .notFound: "not_found"
        case .notPermitted: "not_permitted"
        case .unavailable: "unavailable"
        case .integrityFailure: "integrity"
        case .completenessFailure: "completeness"
        case .rollback: "rollback"
        case .undecided: "undecided"
        case .stale: "stale"
        case .disclosureMismatch: "disclosure"
        case .unreadable: "unreadable"
        case .cannotJudge: "cannot_judge"
        case .interrupted: "interrupted"
        case .outputClosed: "output_closed"
        }
    }

    /// What the code means, for help and documents.
    package var meaning: String {
        switch self {
        case .success: "success; for verification: integrity and completeness both good"
        case .failure: "other failure"
        case .usage: "usage or configuration error"
        case .notFound: "not found"
        case .notPermitted: "not authenticated or not permitted"
        case .unavailable: "network or server unavailable"
        case .integrityFailure: "integrity failure: changed, reordered, missing or inserted record"
        case .completenessFailure: "completeness failure, with integrity good"
        case .rollback: "rollback or split view"
        case .undecided: "cannot decide: key unknown, quorum not met, proof absent"
        case .stale: "stale: the newest checkpoint is older than allowed"
        case .disclosureMismatch: "disclosure does not match its commitment, or is missing"
        case .unreadable: "part of an evidence pack cannot be read"
        case .cannotJudge: "cannot judge: the pack is of a form that only a newer program knows"
        case .interrupted: "interrupted"
        case .outputClosed: "the reader of the output went away"
        }
    }
}
