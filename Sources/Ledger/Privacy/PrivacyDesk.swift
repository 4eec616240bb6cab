// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import Synchronization

/// What the log's records about personal values come to, while it is open.
final class PrivacyDesk: Sendable {
    private struct State {
        var standing: PrivacyStanding
        /// Whether one more record is on its way.
        var isRecording = false
    }

    private let state: Mutex<State>
    /// Held while something is done: one after the other, and none beside the end of the log.
    let turn = Mutex(())

    init(_ standing: PrivacyStanding) { state = Mutex(State(standing: standing)) }

    var standing: PrivacyStanding { state.withLock { $0.standing } }

    /// Where the newest record is.
    ///
    /// - Returns: nil while one is on its way: a heartbeat settles nothing then. Asked after what is settled was: by then
    ///   it knows any record below that.
    var settled: (newest: UInt64?, isKnown: Bool) {
        state.withLock { ($0.standing.newest, !$0.isRecording) }
    }

    func begin() { state.withLock { $0.isRecording = true } }

    /// - Parameter change: what the record comes to, if it is durable.
    func end(_ change: (inout PrivacyStanding) -> Void) {
        state.withLock { state in
            change(&state.standing)
            state.isRecording = false
        }
    }
}
