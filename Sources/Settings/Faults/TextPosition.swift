// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A place in a text; both numbers count from 1, columns in Unicode scalars.
package struct TextPosition: Hashable, Comparable, Sendable {
    package var line: Int
    package var column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package static let start = TextPosition(line: 1, column: 1)

    package static func < (one: Self, other: Self) -> Bool {
        (one.line, one.column) < (other.line, other.column)
    }

    /// The position after a number of Unicode scalars of a text.
    init(after count: Int, scalarsOf text: String) {
        self = .start
        for scalar in text.unicodeScalars.prefix(count) {
            if scalar == "\n" {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
