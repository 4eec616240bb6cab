// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A secret, and where it comes from: a configuration says `env:NAME` or `file:PATH`, and never the secret itself.
///
/// Wherever a configuration is shown or hashed, its place stands for it.
package struct SecretValue: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// `env:NAME` or `file:PATH`.
    package let reference: String
    package let text: String

    package var description: String { reference }
    package var customMirror: Mirror { Mirror(self, children: ["reference": reference]) }

    /// Stands for a required secret until it is read.
    static let placeholder = SecretValue(reference: "env:", text: "")
}

extension Form where Value == SecretValue {
    private static let wanted = "`env:` and a variable, or `file:` and a path"

    static let secret = Form(
        read: { place, reading in
            guard let text = reading.text(at: place, wanted: wanted) else { return nil }
            guard let reference = reading.references[place.path] else {
                reading.note(
                    .badValue, at: place,
                    "a secret does not stand in the configuration; expected \(wanted)")
                return nil
            }
            guard !text.isEmpty else {
                reading.note(.badValue, at: place, "what `\(reference)` leads to is empty")
                return nil
            }
            return SecretValue(reference: reference, text: text)
        },
        write: { .string($0.reference) },
        schema: .object(
            pattern("(env|file):.+") + [JSONMember("description", .string(wanted))]))
}
