// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
internal import LogReading
internal import SignedNotes

/// The result of checking a proof, rather than a whole log.
package struct ProofReport: Sendable {
    /// One thing that the proof is about, for people and for programs.
    package struct Fact: Hashable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = .string(value)
        }

        package init(_ name: String, _ value: UInt64) {
            self.name = name
            self.value = .integer(Int64(clamping: value))
        }

        /// The value without quotes.
        fileprivate var text: String { value.string ?? value.integer.map(String.init) ?? "" }
    }

    /// What proof and record claim; established only if ``isProven``.
    package let facts: [Fact]
    package let findings: [Finding]

    package init(facts: [Fact], findings: [Finding]) {
        self.facts = facts
        self.findings = findings
    }

    package var verdict: VerificationVerdict { VerificationVerdict(findings) }

    /// Whether the log signed this record, so that its facts may be believed.
    package var isProven: Bool {
        findings.allSatisfy { finding in
            switch finding.concern {
            case .integrity, .rollback: false
            // An unknown kind of leaf leaves open what it says, not whether it was signed.
            case .undecided: [.laterSchema, .foreignLeaves].contains(finding.code)
            case .disclosure, .completeness, .stale, .note: true
            }
        }
    }

    /// The report as lines: facts, marked if not proven, then findings as a tree.
    package var lines: [String] {
        facts.map { (isProven ? "" : "(not proven) ") + "\($0.name): \($0.text.displayable)" }
            + findings.enumerated().map { position, finding in
                (position == findings.count - 1 ? "└─ " : "├─ ") + finding.text.displayable
            }
    }

    /// The report as canonical JSON.
    package var json: [UInt8] { CanonicalJSON.encode(value) }

    /// The report as a JSON object.
    var value: JSONValue {
        .object([
            JSONMember("verdict", .string(verdict.rawValue)),
            JSONMember("exit_code", .integer(Int64(verdict.exitCode))),
            // Under another name if not proven, so that nobody reads them by mistake.
            JSONMember(
                isProven ? "facts" : "unproven_facts",
                .object(facts.map { JSONMember($0.name, $0.value) })),
            JSONMember("findings", .array(findings.map(\.value))),
        ])
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

extension TrustPolicy {
    /// What readers of any verdict under this policy should know about it.
    var notes: [Finding] {
        uncheckedKeys.map { key in
            let type = key.type.name ?? "type \(key.type.code)"
            return Finding(.keyNotChecked, detail: "\(key.name), \(type)")
        }
    }
}
