// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger

/// Records of the kind that a proxy writes for an ordinary GET with an API key.
struct SampleRecords: ~Copyable {
    private var randomness = BufferedRandomness(source: .kernel)
    private let ledger: Ledger
    private let actor: EncodedActor
    private let service = EncodedService(
        name: "billing-api", address: "127.0.0.1", port: 8081, tlsVerified: nil)
    private let route = EncodedRoute("/v1/invoices/{id}")
    private let decision: EncodedDecision
    private let host = Array("api.example.com".utf8)
    private let place: Disclosure
    private var serial = 0

    init(for ledger: Ledger) {
        self.ledger = ledger
        let subject = ledger.subjects.key(issuer: "machines", subject: "bench")
        actor = EncodedActor(
            Principal(
                uid: subject.id.text, kind: .service, issuer: "machines", roles: ["reader"],
                session: nil, authentication: Authentication(method: .apikey, key: "csk_8f3a")))
        decision = EncodedDecision(
            Decision(
                effect: .allow, policy: "billing-api",
                policyVersion: "sha256:" + String(repeating: "0", count: 64), rule: "r-12",
                reason: .roleMatch))
        let address = Array("203.0.113.7".utf8)
        let agent = Array("curl/8.5.0".utf8)
        let nothing: [UInt8] = []
        place = Disclosure.where(
            address: address.span, port: 51234, peerAddress: nothing.span, userAgent: agent.span,
            forwarded: [], tls: nil, subject: subject, salt: randomness.salt())
    }

    /// A new record with its own id, path and commitment.
    mutating func next(at now: UTCInstant) -> RecordDraft {
        serial += 1
        let path = Array("/v1/invoices/\(serial)".utf8)
        let nothing: [UInt8] = []
        let record = AccessRecord(
            uid: newID(at: now), time: now, stage: .complete, actor: actor,
            service: service,
            http: HTTPFacts(
                method: .get, scheme: .https, version: .http11, route: route, status: 200,
                responseSize: 512),
            decision: decision, end: EventEnd(.roleMatch, status: 200), reason: nil,
            commitments: Commitments(
                where: place,
                what: Disclosure.what(
                    path: path.span, query: nothing.span, subject: ledger.subjects.tenant,
                    salt: randomness.salt())),
            durationMicroseconds: 840, dataTags: ["pii"])
        return record.draft(host: host.span, producer: ledger.producer)
    }

    /// The smallest record that the schema allows.
    mutating func smallest(at now: UTCInstant) -> RecordDraft {
        SystemRecord.logStop(uid: newID(at: now), time: now, cause: .shutdown)
            .draft(producer: ledger.producer)
    }

    private mutating func newID(at now: UTCInstant) -> UniqueID {
        ledger.identifiers.next(at: now, random: randomness.word())
    }
}
