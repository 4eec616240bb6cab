// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages

/// What one examination found.
struct Diagnosis: Sendable {
    enum Grade: String, Sendable {
        case good
        /// Works, and could be better.
        case caution
        /// Will not work, or is not safe.
        case bad
    }

    /// What was looked at, such as `clock`.
    let subject: String
    let grade: Grade
    let finding: SafeText
    /// What to do about it; nil for a good finding, and if the finding itself says so.
    let remedy: SafeText?

    static func good(_ subject: String, _ finding: SafeText) -> Diagnosis {
        Diagnosis(subject: subject, grade: .good, finding: finding, remedy: nil)
    }

    static func caution(_ subject: String, _ finding: SafeText, fix: SafeText?) -> Diagnosis {
        Diagnosis(subject: subject, grade: .caution, finding: finding, remedy: fix)
    }

    static func bad(_ subject: String, _ finding: SafeText, fix: SafeText?) -> Diagnosis {
        Diagnosis(subject: subject, grade: .bad, finding: finding, remedy: fix)
    }

    /// Lines for people: the finding, and under it what to do.
    var lines: [SafeText] {
        let mark: SafeText =
            switch grade {
            case .good: SafeText("ok  ", .good)
            case .caution: SafeText("warn", .caution)
            case .bad: SafeText("FAIL", .bad)
            }
        var lines: [SafeText] = [mark + "  \(subject): " + finding]
        if let remedy { lines.append("      " + SafeText("fix: ", .strong) + remedy) }
        return lines
    }

    var json: JSONValue {
        var members = [
            JSONMember("subject", .string(subject)), JSONMember("grade", .string(grade.rawValue)),
            JSONMember("finding", .string(finding.plain)),
        ]
        if let remedy { members.append(JSONMember("remedy", .string(remedy.plain))) }
        return .object(members)
    }
}
