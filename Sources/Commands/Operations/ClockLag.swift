// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import LogReading
import Merkle
import Messages

/// A clock that is behind the newest record: it was ahead before, or was set back.
///
/// `written.time` never decreases, so that it stands still until the clock has caught up, while `time` goes back.
struct ClockLag {
    private let newest: UTCInstant
    let seconds: Int64

    /// Nil where the clock is not behind, or by less than a second.
    init?(now: UTCInstant, newest: UTCInstant) {
        let lag = newest.microseconds - now.microseconds
        guard lag >= 1_000_000 else { return nil }
        self.newest = newest
        seconds = lag / 1_000_000
    }

    var text: SafeText {
        "the clock is \(seconds) s behind the newest record (\(newest.rfc3339)): it was ahead, or was set back"
    }

    static let remedy: SafeText =
        "set the clock; if it was ahead and is right now, the order of records stands, and written.time stands still until the clock is past it"
}

extension LogSnapshot {
    /// `written.time` of the newest record; nil where there is none, or it is damaged, as `verify` says then.
    func newestTime() throws(LogReadFailure) -> UTCInstant? {
        guard size.count > 0 else { return nil }
        let leaf = try leaf(at: LeafIndex(size.count - 1))
        do throws(RecordFault) {
            return try Record(leaf: leaf).logTime
        } catch {
            return nil
        }
    }
}
