// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The name of the log: first line of its checkpoints and name of its keys (C2SP tlog-checkpoint,
/// signed-note).
package struct LogName: Hashable, Sendable {
    package let text: String

    package static let mostBytes = 255

    /// Nil if the name cannot be a key's name: empty, longer than ``mostBytes``, or with anything but printable ASCII
    /// without space and `+`.
    package init?(_ text: String) {
        guard (1...Self.mostBytes).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "+") })
        else { return nil }
        self.text = text
    }

    private init(placeholder text: String) { self.text = text }

    /// Stands for the required name until it is read.
    static let placeholder = LogName(placeholder: "")
}

extension Form where Value == LogName {
    static let logName = Form.scalar(
        "a name such as audit.example.com/prod", write: { .string($0.text) }
    ) { text throws(Complaint) in
        guard let origin = LogName(text) else {
            throw Complaint(
                "a log's name is 1 to \(LogName.mostBytes) printable ASCII characters without space and `+`"
            )
        }
        return origin
    }
}
