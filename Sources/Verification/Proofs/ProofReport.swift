// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import SignedNotes

/// What checking a proof, rather than a whole log, came to.
package struct ProofReport: Sendable {
    /// One thing that the proof is about, for people and for programs.
    package struct Fact: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package let facts: [Fact]
    package let findings: [Finding]

    package init(facts: [Fact], findings: [Finding]) {
        self.facts = facts
        self.findings = findings
    }

    package var verdict: VerificationVerdict { VerificationVerdict(findings) }

    /// The report as lines: facts, then findings as a tree.
    package var lines: [String] {
        facts.map { "\($0.name): \($0.value.displayable)" }
            + findings.enumerated().map { position, finding in
                (position == findings.count - 1 ? "└─ " : "├─ ") + finding.text.displayable
            }
    }

    /// The report as canonical JSON.
    package var json: [UInt8] {
        CanonicalJSON.encode(
            .object([
                JSONMember("verdict", .string(verdict.rawValue)),
                JSONMember("exit_code", .integer(Int64(verdict.exitCode))),
                JSONMember(
                    "facts", .object(facts.map { JSONMember($0.name, .string($0.value)) })),
                JSONMember("findings", .array(findings.map(\.value))),
            ]))
    }
}

extension CheckpointRefusal {
    /// The refusal as a finding about a file.
    func finding(file: String?, detail: String? = nil) -> Finding {
        switch self {
        case .unknownOrigin: Finding(.unknownLog, file: file, detail: detail)
        case .invalidSignature(let signer):
            Finding(.checkpointForged, file: file, detail: detail ?? "\(signer)")
        case .notSignedByLog: Finding(.notSignedByLog, file: file, detail: detail)
        case .quorumNotMet: Finding(.quorumNotMet, file: file, detail: detail)
        }
    }
}
