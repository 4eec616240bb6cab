// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import AuditRecords
import ByteCoding
import Disclosures
import Messages

/// Reads what commands about personal values are given.
enum PrivacyArguments {
    static func subjects(_ texts: [String]) throws(CommandFailure) -> [SubjectID] {
        var ids: [SubjectID] = []
        for text in texts {
            guard let id = SubjectID(text) else {
                throw CommandFailure(
                    .usage,
                    "`\(text)` is no subject id, such as sub_7q4m2xk9h0v3t8wz; `countersign privacy find` leads from a name to it."
                )
            }
            ids.append(id)
        }
        return ids
    }

    static func periods(_ texts: [String]) throws(CommandFailure) -> [Period] {
        var periods: [Period] = []
        for text in texts {
            guard let period = Period(text.utf8) else {
                throw CommandFailure(.usage, "`\(text)` is no month; write it as 2026-11.")
            }
            periods.append(period)
        }
        return periods
    }

    static func uid(_ text: String) throws(CommandFailure) -> UniqueID {
        guard let uid = UniqueID(typed: text) else {
            throw CommandFailure(
                .usage,
                "`\(text)` is no uid of a record; `countersign privacy find` lists requests and holds with theirs."
            )
        }
        return uid
    }

    static func reference(_ text: String?) throws(CommandFailure) -> PrivacyReference? {
        guard let text else { return nil }
        guard let reference = PrivacyReference(text) else {
            throw CommandFailure(
                .usage,
                "--reference is the number of a case: \(PrivacyReference.forms). Write it as such; names and addresses do not belong there, as a record stays for good."
            )
        }
        return reference
    }

    static func word<Word: RawRepresentable & CaseIterable>(
        _ text: String, _ option: SafeText, of type: Word.Type
    ) throws(CommandFailure) -> Word where Word.RawValue == String {
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(.usage, option + " is not `\(text)`; it is one of \(known).")
        }
        return word
    }
}

/// Options of commands that ask two persons.
struct PrivacyStepOptions: ParsableArguments {
    @Option(
        help:
            "Number of the case, such as DSR-2026-117, CASE/2026/77, INC0012345 or #123; no personal data."
    )
    var reference: String?

    @Option(help: "Carry out this request, which two persons are for.")
    var execute: String?

    @Flag(help: "Count what would be reached, and change and record nothing.")
    var dryRun = false
}
