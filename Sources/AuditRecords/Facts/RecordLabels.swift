// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures

/// An operator's own words on a record: `labels`, encoded once.
package struct RecordLabels: Sendable {
    let object: EncodedObject

    /// Nil unless there are 1 to 16, with names of `[a-z0-9_]` and values that are not empty.
    package init?(_ labels: [String: String]) {
        guard (1...RecordLimits.labels).contains(labels.count),
            labels.allSatisfy({ Self.isName($0.key) && !$0.value.isEmpty })
        else { return nil }
        object = EncodedObject(
            .object(
                labels.sorted { $0.key < $1.key }.map { JSONMember($0.key, .string($0.value)) }),
            path: "labels")
    }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { RecordSchema.isNameByte($0) }
    }

    /// Writes the member `labels` and a comma.
    func write(to text: inout RecordText) {
        text.put(#""labels":"#)
        text.put(object.bytes)
        text.put(",")
    }

    /// What readers know of them: at most 16, each a string.
    static let members: [(String, RecordSchema.Form)] = [("labels", .object)]
}
