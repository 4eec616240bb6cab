// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What lets an output in at its receiver.
package struct HTTPSecret: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    /// As it is sent.
    let text: String
    /// Where it is kept, which is all that is ever shown of it.
    package let description: String

    /// Nil unless it is visible ASCII: it stands in a line of its own in each request.
    ///
    /// - Parameter place: where it is kept: `file:PATH` or `env:NAME`.
    package init?(_ text: String, from place: String) {
        guard !text.isEmpty, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
        description = place
    }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
