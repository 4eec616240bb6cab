// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// What request inspection found: `inspect` of the record. Never the value that was found.
package struct InspectionFacts: Sendable {
    /// What findings lead to: `inspect.mode`.
    package enum Mode: String, CaseIterable, Sendable {
        case detect
        case block
    }

    package var mode: Mode?
    package var findings: UInt64
    /// Values that were left out of what was recorded.
    package var redacted: UInt64
    /// Values that were masked in the answer.
    package var masked: UInt64?
    /// The rules' sum of points.
    package var score: UInt64?
    /// Ids of the rules that matched; no empty strings.
    package var rules: [String]
    /// What they matched in, such as `args` or a declared field's name.
    package var targets: [String]
    /// Why inspection did not finish, a code such as `deadline`; nil if it did.
    package var fault: String?

    package init(
        findings: UInt64, redacted: UInt64, rules: [String], targets: [String] = [],
        mode: Mode? = nil, masked: UInt64? = nil, score: UInt64? = nil, fault: String? = nil
    ) {
        self.findings = findings
        self.redacted = redacted
        self.rules = rules
        self.targets = targets
        self.mode = mode
        self.masked = masked
        self.score = score
        self.fault = fault
    }

    /// Writes the member `inspect` and a comma.
    func write(to text: inout RecordText) {
        text.putObject(#""inspect":{"#) { text in
            text.put(#""fault":"#, fault, path: "inspect.fault")
            text.put(#""findings":"#, findings)
            text.put(#""masked":"#, masked)
            text.put(#""mode":"#, word: mode?.rawValue)
            text.put(#""redacted":"#, redacted)
            text.put(list: rules, name: #""rules":["#, path: "inspect.rules")
            text.put(#""score":"#, score)
            text.put(list: targets, name: #""targets":["#, path: "inspect.targets")
        }
    }

    /// What readers know of them.
    static let members: [(String, RecordSchema.Form)] = [
        ("inspect.fault", .text), ("inspect.findings", .integer(RecordSchema.whole)),
        ("inspect.masked", .integer(RecordSchema.whole)), ("inspect.mode", .text),
        ("inspect.redacted", .integer(RecordSchema.whole)), ("inspect.rules", .strings),
        ("inspect.score", .integer(RecordSchema.whole)), ("inspect.targets", .strings),
    ]
}
