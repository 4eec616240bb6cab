// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages

/// Where a command's bytes go.
package struct OutputSink: Sendable {
    /// Whether a person looks at it.
    package let isTerminal: Bool
    /// Width of the terminal; nil elsewhere.
    package let columns: Int?
    private let send: @Sendable ([UInt8]) throws(OutputClosed) -> Void

    package init(
        isTerminal: Bool, columns: Int?,
        send: @escaping @Sendable ([UInt8]) throws(OutputClosed) -> Void
    ) {
        self.isTerminal = isTerminal
        self.columns = columns
        self.send = send
    }

    /// Writes all bytes.
    package func write(_ bytes: [UInt8]) throws(OutputClosed) { try send(bytes) }

    /// Writes a text that is safe to display.
    func write(_ text: String) throws(OutputClosed) { try send(Array(text.utf8)) }
}

/// The output cannot be written any more.
package struct OutputClosed: Error, Hashable, Sendable {
    /// What the system said; nil if the reader left, which is nobody's mistake.
    package let cause: String?

    package init(cause: String? = nil) { self.cause = cause }
}
