// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much a query may be. Counted while its text is read, before anything calls itself.
package struct QueryLimits: Hashable, Sendable {
    package let bytes: Int
    /// Values count, too, and a shorthand for several terms as so many.
    package let terms: Int
    /// Parentheses in parentheses.
    package let depth: Int

    /// Of what people write.
    package static let standard = QueryLimits(bytes: 4096, terms: 64, depth: 16)
    /// Of canonical texts, which spell out names of fields, times and escapes.
    package static let canonical = QueryLimits(bytes: 16_384, terms: 64, depth: 16)
}
