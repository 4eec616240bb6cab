// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Ledger
import Merkle
import Synchronization
import TestSupport

/// One thing that happens to a log.
enum Event: Sendable {
    case open
    /// So many records in one group, about somebody.
    case records(Int, about: String?)
    /// So many records in two groups, the second written before the first is synced, about somebody.
    case overlapping(Int, Ledger.SyncOrder, about: String?)
    /// The first record of an access that is under way.
    case started
    /// So many short records that nobody waits for.
    case filler(Int)
    case publish
    case beat
    case close
}

/// What happens to a log from a disk on, the same each time: ids, keys and salts come from a seed.
struct Story: Sendable {
    let name: String
    let disk: MemoryStorage
    let events: [Event]
    /// What had been acknowledged before.
    var told = Told()
}

/// What the ledger said of records.
struct Told: Sendable {
    var acknowledged: [UniqueID: LeafIndex] = [:]
    /// Refused for want of space: the log lived on.
    var rejected: Set<UniqueID> = []
    /// Of which nobody was told whether they are in the log.
    var doubtful: Set<UniqueID> = []
}

/// A story that is being told: performs its events on a copy of its disk, whatever fails meanwhile.
final class Telling {
    let disk: MemoryStorage
    let fixture: LedgerFixture
    let book: ToldBook
    /// Why the log did not open.
    private(set) var refusal: OpenFault?
    private var ledger: Ledger?
    private var port: PortID?
    private var randomness: BufferedRandomness
    private let seed: UInt64

    init(_ story: Story, seed: UInt64 = 1) throws {
        disk = story.disk.crash(keeping: .everything)
        book = ToldBook(story.told)
        fixture = try Self.fixture()
        randomness = BufferedRandomness(source: .reproducible(seed: seed &* 0x9E37_79B9))
        self.seed = seed
    }

    /// All stories are of one log.
    static func fixture() throws -> LedgerFixture {
        var fixture = try LedgerFixture(
            key: Curve25519.Signing.PrivateKey(
                rawRepresentation: [UInt8](repeating: 9, count: 32)))
        // So small that groups fill it often.
        fixture.options.commitJournalBytes = 8 << 10
        return fixture
    }

    func tell(_ events: [Event]) {
        for event in events { tell(event) }
    }

    private func tell(_ event: Event) {
        if case .open = event { return open() }
        guard let ledger else { return }
        switch event {
        case .open: break
        case .records(let count, let somebody):
            let subject =
                somebody.map { ledger.subjects.key(issuer: "https://issuer", subject: $0) }
                ?? ledger.subjects.anonymous
            for _ in 0..<count { append(.complete, subject, to: ledger) }
            while ledger.writeWaiting() {}
        case .overlapping(let count, let order, let somebody):
            let subject =
                somebody.map { ledger.subjects.key(issuer: "https://issuer", subject: $0) }
                ?? ledger.subjects.anonymous
            for _ in 0..<count { append(.complete, subject, to: ledger) }
            while ledger.writeWaiting(overlapping: order) {}
        case .started:
            append(.started, ledger.subjects.anonymous, to: ledger)
            while ledger.writeWaiting() {}
        case .filler(let count):
            let records = SystemRecord.configuration(
                ConfigurationChange(object: .configuration, before: nil, after: nil),
                refusedFor: nil, actor: .system
            ) { (ledger.newRecord().uid, fixture.clock.now) }
            for _ in 0..<count {
                for record in records { ledger.append(unattended: record) }
            }
            while ledger.writeWaiting() {}
        case .publish: ledger.publishApplied()
        case .beat:
            ledger.beat()
            while ledger.writeWaiting() {}
        case .close:
            _ = ledger.close()
            self.ledger = nil
        }
    }

    private func open() {
        do {
            let ledger = try fixture.openWithoutThreads(
                disk, randomness: .reproducible(seed: seed))
            port = ledger.addPort(book)
            self.ledger = ledger
        } catch {
            refusal = error
        }
    }

    private func append(_ stage: RecordStage, _ subject: SubjectKey, to ledger: Ledger) {
        guard let port else { return }
        let draft = fixture.record(
            for: ledger, path: "/v1/invoices/1", stage: stage, subject: subject,
            randomness: &randomness)
        do {
            try ledger.append(draft, tally: .allowed, port: port, ticket: book.ask(draft.uid))
        } catch {
            // Not even queued: it has no number, and leaves no trace.
            book.refuse(draft.uid)
        }
    }
}

/// Writes down what the ledger says the moment that it says it.
final class ToldBook: ReplyPort {
    private struct State {
        var told: Told
        var asked: [UniqueID] = []
    }

    private let state: Mutex<State>

    init(_ told: Told) { state = Mutex(State(told: told)) }

    var told: Told { state.withLock { $0.told } }

    /// - Returns: the ticket.
    func ask(_ uid: UniqueID) -> UInt64 {
        state.withLock { state in
            state.told.doubtful.insert(uid)
            state.asked.append(uid)
            return UInt64(state.asked.count - 1)
        }
    }

    func refuse(_ uid: UniqueID) {
        state.withLock { state in
            state.told.doubtful.remove(uid)
            state.told.rejected.insert(uid)
        }
    }

    func settle(_ settlements: [Settlement]) {
        state.withLock { state in
            for settlement in settlements {
                settlement.forEach { ticket, fate in
                    let uid = state.asked[Int(ticket)]
                    switch fate {
                    case .recorded(let receipt):
                        state.told.doubtful.remove(uid)
                        state.told.acknowledged[uid] = receipt.index
                    case .rejected, .refused:
                        state.told.doubtful.remove(uid)
                        state.told.rejected.insert(uid)
                    case .poisoned: break
                    }
                }
            }
        }
    }
}
