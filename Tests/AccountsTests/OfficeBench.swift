// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding
import Synchronization

/// An office whose file and log are in memory.
final class OfficeBench: Sendable {
    struct NoLog: Error {}

    struct Recorded: Equatable {
        let event: AccountEvent
        let actor: String
    }

    private struct State {
        var now = AccountSamples.now
        var book = AccountBook()
        var records: [Recorded] = []
        var changes: [AccountChange] = []
        var takesRecords = true
    }

    private let state = Mutex(State())
    let office: AccountOffice
    let hashing = HashingQueue(patience: .seconds(60))
    static let place = LoginPlace(IPAddress(v4: 0x7F00_0001))

    init(
        _ accounts: [(String, Set<Role>)] = [("alice", [.auditor])],
        parameters: Argon2Parameters = AccountSamples.cheap
    ) throws {
        let keeper = Keeper()
        var book = AccountBook()
        for (name, roles) in accounts {
            try book.apply(
                AccountSamples.creating(name, roles), by: .host(0), at: AccountSamples.now)
        }
        state.withLock { $0.book = book }
        office = AccountOffice(
            book,
            keeping: AccountKeeping(
                record: { try keeper.bench?.record($0, $1) },
                commit: { try keeper.bench?.commit($0, $1, $2) }),
            hashing: hashing, parameters: parameters,
            now: {
                // A clock may wait for somebody who waits for the office: no office holds its lock while it asks, or
                // this stops here.
                _ = keeper.bench?.office.book
                return keeper.bench?.now ?? AccountSamples.now
            })
        keeper.set(self)
    }

    /// Leads from the office back to the bench, which is made after it.
    private final class Keeper: Sendable {
        private struct Held { weak var bench: OfficeBench? }

        private let held = Mutex(Held())
        var bench: OfficeBench? { held.withLock { $0.bench } }
        func set(_ bench: OfficeBench) { held.withLock { $0.bench = bench } }
    }

    var now: UTCInstant { state.withLock { $0.now } }
    var records: [Recorded] { state.withLock { $0.records } }
    var changes: [AccountChange] { state.withLock { $0.changes } }

    func pass(_ duration: Duration) {
        state.withLock { state in
            state.now.microseconds +=
                duration.components.seconds * 1_000_000
                + duration.components.attoseconds / 1_000_000_000_000
        }
    }

    func stopLog() { state.withLock { $0.takesRecords = false } }

    /// As somebody at the command line would.
    func change(_ change: AccountChange) throws {
        try commit(change, .host(0)) { office.adopt($0) }
    }

    private func record(_ event: AccountEvent, _ actor: AccountActor) throws {
        try state.withLock { state in
            guard state.takesRecords else { throw NoLog() }
            state.records.append(Recorded(event: event, actor: actor.text))
        }
    }

    private func commit(
        _ change: AccountChange, _ actor: AccountActor, _ inForce: (AccountBook) -> Void
    ) throws {
        try state.withLock { state in
            guard state.takesRecords || !change.isRecorded else { throw NoLog() }
            try state.book.apply(change, by: actor, at: state.now)
            state.changes.append(change)
            inForce(state.book)
        }
    }

    func logIn(
        _ name: String = "alice", _ password: String = AccountSamples.password
    ) async throws -> OpenedSession {
        try await office.logIn(
            name: name, password: Array(password.utf8), from: Self.place)
    }
}
