// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much of what a catalog has yet to read is looked through beside it, and what becomes of a search where that is more.
package struct SearchReach: Hashable, Sendable {
    /// Most records that are looked through.
    package var mostBeside: UInt64
    /// Whether an answer may end where the catalog does.
    package var mayLeaveOut: Bool

    /// The largest part of a log that is left out, as one of so many: a catalog that is being built answers nothing.
    private static let part: UInt64 = 10

    package init(mostBeside: UInt64 = 50_000, mayLeaveOut: Bool) {
        self.mostBeside = mostBeside
        self.mayLeaveOut = mayLeaveOut
    }

    /// Answers are complete to the end of the log, or there is none.
    package static let whole = SearchReach(mayLeaveOut: false)

    /// A server that has no time to spare answers from what its catalog has, and says what is left out.
    package static let timely = SearchReach(mayLeaveOut: true)

    /// Where the answers to a search end.
    ///
    /// - Parameters:
    ///   - start: how many records the catalog has.
    ///   - size: how many the log has.
    func end(from start: UInt64, of size: UInt64) throws(SearchFailure) -> UInt64 {
        let missing = size - start
        if missing <= mostBeside { return size }
        guard mayLeaveOut, missing <= size / Self.part else { throw .behind(missing) }
        return start
    }
}
