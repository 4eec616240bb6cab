// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Merkle

/// What of that which was sent counts as delivered on a connection without answers: what the receiver's host has had for five
/// seconds while the connection lived on.
///
/// That the other host has it does not say that the program there has: it may have ended just then. It is not known any
/// better without an answer.
struct SentMarks {
    private struct Mark {
        /// Behind the last record.
        var end: LeafIndex
        /// How many bytes the connection had carried with it.
        var offset: UInt64
        /// Since when the other host is known to have them.
        var since: Duration?
    }

    static let quiet = Duration.seconds(5)
    /// More than there are turns in that time; beyond, marks are put together.
    private static let most = 1024

    private var marks: [Mark] = []

    mutating func sent(before end: LeafIndex, offset: UInt64) {
        if marks.count >= Self.most, let last = marks.last, last.since == nil {
            marks.removeLast()
        }
        marks.append(Mark(end: end, offset: offset))
    }

    /// The other host has so many bytes.
    ///
    /// - Returns: what counts as delivered by now; nil where nothing more does.
    mutating func acknowledged(_ bytes: UInt64, at uptime: Duration) -> LeafIndex? {
        for place in marks.indices where marks[place].offset <= bytes && marks[place].since == nil {
            marks[place].since = uptime
        }
        let count = marks.prefix { $0.since.map { uptime - $0 >= Self.quiet } ?? false }.count
        guard count > 0 else { return nil }
        defer { marks.removeFirst(count) }
        return marks[count - 1].end
    }
}
