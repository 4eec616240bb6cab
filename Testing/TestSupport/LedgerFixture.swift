// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import ByteCoding
package import Crypto
package import Disclosures
package import Ledger
package import SignedNotes
internal import Synchronization

/// A log for one test: name, key, clock and records.
package struct LedgerFixture: Sendable {
    package let signer: NoteSigner
    package let clock: ManualClock
    package var options: LedgerOptions

    package init() throws { try self.init(key: Curve25519.Signing.PrivateKey()) }

    package init(key: Curve25519.Signing.PrivateKey) throws {
        guard let name = KeyName("audit.example.com/test") else {
            throw FixtureFault.badName
        }
        signer = NoteSigner(name: name, key: key)
        clock = ManualClock(UTCInstant(microseconds: 1_795_000_000_000_000))
        options = LedgerOptions(
            origin: LogOrigin(name), producer: "proxy-test", software: "0.0.0-test")
        options.publishEvery = .zero
        options.commitJournalBytes = 64 << 10
    }

    /// Opens the log in a storage.
    package func open(_ storage: any LedgerStorage) throws(OpenFault) -> Ledger {
        try Ledger.open(
            storage, signers: [signer], options: options, clock: clock.ledgerClock,
            randomness: BufferedRandomness(source: .kernel))
    }

    /// Opens the log with a ledger whose work the caller does, turn by turn.
    package func openWithoutThreads(
        _ storage: any LedgerStorage, randomness: BufferedRandomness.Source = .kernel
    ) throws(OpenFault) -> Ledger {
        try Ledger.openWithoutThreads(
            storage, signers: [signer], options: options, clock: clock.ledgerClock,
            randomness: BufferedRandomness(source: randomness))
    }

    /// A record of an ordinary GET, with a path and an address to disclose.
    ///
    /// - Parameters:
    ///   - stage: `started` has no outcome yet.
    ///   - uid: of the access, if it has another record.
    package func record(
        for ledger: Ledger, path: String = "/v1/invoices/1", dataTags: [String] = [],
        stage: RecordStage = .complete, uid: UniqueID? = nil
    ) -> RecordDraft {
        var randomness = BufferedRandomness(source: .kernel)
        return record(
            for: ledger, path: path, dataTags: dataTags, stage: stage,
            uid: uid, subject: ledger.subjects.anonymous, randomness: &randomness)
    }

    /// The same for a given person, with ids and salts from a generator.
    ///
    /// - Parameter name: whose access it says that it is; nil: nobody's.
    package func record(
        for ledger: Ledger, path: String, dataTags: [String] = [], stage: RecordStage,
        uid: UniqueID? = nil, subject: SubjectKey, name: String? = nil,
        randomness: inout BufferedRandomness
    ) -> RecordDraft {
        let who = name.flatMap {
            Disclosure.who(name: $0, email: nil, subject: subject, salt: randomness.salt())
        }
        return record(
            for: ledger, path: path, dataTags: dataTags, stage: stage, uid: uid, subject: subject,
            who: who, actor: name == nil ? .anonymous : .person(subject), randomness: &randomness)
    }

    /// One with a disclosure of who it is that others may have, too.
    package func record(
        for ledger: Ledger, path: String = "/v1/invoices/1", dataTags: [String] = [],
        stage: RecordStage = .complete, uid: UniqueID? = nil, subject: SubjectKey,
        who: Disclosure?, actor: EncodedActor, randomness: inout BufferedRandomness
    ) -> RecordDraft {
        let now = clock.now
        let text = Array(path.utf8)
        let address = Array("203.0.113.7".utf8)
        let nothing: [UInt8] = []
        let decision = Decision(
            effect: .allow, policy: "billing", policyVersion: "sha256:00", rule: "r-1",
            reason: .roleMatch)
        var record = AccessRecord(
            uid: uid ?? ledger.identifiers.next(at: now, random: randomness.word()), time: now,
            stage: .complete,
            actor: actor,
            service: EncodedService(
                name: "billing", address: "127.0.0.1", port: 80, tlsVerified: nil),
            http: HTTPFacts(
                method: .get, scheme: .http, version: .http11,
                route: EncodedRoute("/v1/invoices/{id}"), status: 200, upstreamStatus: 200,
                requestSize: 0, responseSize: 12),
            decision: EncodedDecision(decision), end: EventEnd(.roleMatch, status: 200),
            reason: nil,
            commitments: Commitments(
                who: who,
                where: Disclosure.where(
                    address: address.span, port: 51234, peerAddress: nothing.span,
                    userAgent: nothing.span, forwarded: [], tls: nil,
                    subject: subject, salt: randomness.salt()),
                what: Disclosure.what(
                    path: text.span, query: nothing.span, subject: ledger.subjects.tenant,
                    salt: randomness.salt())),
            durationMicroseconds: 120, dataTags: dataTags)
        if stage == .started {
            record.stage = .started
            record.end = .open
            record.http.status = nil
            record.http.upstreamStatus = nil
        }
        let host = Array("api.example.com".utf8)
        return record.draft(host: host.span, producer: ledger.producer)
    }
}

extension EncodedActor {
    /// Whoever has this key.
    package static func person(_ subject: SubjectKey) -> EncodedActor {
        EncodedActor(
            Principal(
                uid: subject.id.text, kind: .user, issuer: "https://id.example.com", roles: [],
                session: nil, authentication: .none))
    }

    /// Nobody, who showed a genuine credential of this subject that is no longer accepted.
    package static func refused(_ subject: SubjectKey) -> EncodedActor {
        EncodedActor(
            .anonymous,
            claim: ActorClaim(
                ClaimedIdentity(
                    method: .oidc, issuer: "https://id.example.com", subject: subject.id.text,
                    isVerified: true), uid: subject.id.text))
    }
}

package enum FixtureFault: Error {
    case badSample
    case badName
    /// The ledger refused a record, or stopped for good.
    case notRecorded
}

/// A clock that a test sets.
package final class ManualClock: Sendable {
    private let instant: Mutex<UTCInstant>

    package init(_ start: UTCInstant) { instant = Mutex(start) }

    package var now: UTCInstant {
        get { instant.withLock { $0 } }
        set { instant.withLock { $0 = newValue } }
    }

    package func set(_ now: UTCInstant) { instant.withLock { $0 = now } }

    package var ledgerClock: LedgerClock {
        LedgerClock(
            now: { self.now },
            facts: {
                ClockFacts(
                    source: "test", offsetMicroseconds: 0, errorMicroseconds: 0,
                    isSynchronized: true)
            })
    }
}
