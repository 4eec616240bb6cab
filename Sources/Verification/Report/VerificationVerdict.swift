// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The result of a verification in one word, with its exit code.
package enum VerificationVerdict: String, CaseIterable, Sendable {
    case verified
    case integrityFailure = "integrity_failure"
    case rollback
    case disclosureMismatch = "disclosure_mismatch"
    case completenessFailure = "completeness_failure"
    case undecided
    case stale

    /// The verdict of the most serious finding: 10 before 12, 15, 11, 13 and 14.
    package init(_ findings: some Sequence<Finding>) {
        let concerns = Set(findings.map(\.concern))
        let gravest = Concern.allCases.first { concerns.contains($0) }
        self =
            switch gravest {
            case .integrity: .integrityFailure
            case .rollback: .rollback
            case .disclosure: .disclosureMismatch
            case .completeness: .completenessFailure
            case .undecided: .undecided
            case .stale: .stale
            case .note, nil: .verified
            }
    }

    /// The process's exit code, a public contract.
    package var exitCode: Int32 {
        switch self {
        case .verified: 0
        case .integrityFailure: 10
        case .completenessFailure: 11
        case .rollback: 12
        case .undecided: 13
        case .stale: 14
        case .disclosureMismatch: 15
        }
    }
}
