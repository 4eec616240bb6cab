// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Ledger
import TestSupport

/// Records of many people over a quarter of a year: who reads which invoice, from which network, with which key.
struct CrowdRecords: ~Copyable {
    private struct Person {
        var key: SubjectKey
        var actor: EncodedActor
        var name: String
        var email: String
        var network: Int
    }

    private var salts = BufferedRandomness(source: .kernel)
    private var random: SeededGenerator
    private let ledger: Ledger
    private var people: [Person] = []
    private let services: [EncodedService]
    private let routes: [EncodedRoute]
    private let host = Array("api.example.com".utf8)
    private let digest = "sha256:" + String(repeating: "0", count: 64)
    /// Of the next access, microseconds since 1970.
    private var time: Int64
    private let step: Int64

    static let start: Int64 = 1_782_864_000_000_000
    static let quarter: Int64 = 92 * 86_400_000_000
    private static let names = ["billing-api", "orders", "crm", "payroll"]

    /// - Parameter records: how many fill the quarter.
    init(for ledger: Ledger, records: Int, seed: UInt64) {
        self.ledger = ledger
        random = SeededGenerator(seed: seed)
        time = Self.start
        step = Self.quarter / Int64(max(1, records))
        services = Self.names.map {
            EncodedService(name: $0, address: "127.0.0.1", port: 8081, tlsVerified: nil)
        }
        routes = Self.names.map { _ in EncodedRoute("/v1/invoices/{id}") }
        for number in 0..<500 {
            let key = ledger.subjects.key(issuer: "people", subject: "\(number)")
            let principal = Principal(
                uid: key.id.text, kind: .user, issuer: "people",
                roles: [number % 9 == 0 ? "clerk" : "reader"], session: nil,
                authentication: Authentication(
                    method: number % 3 == 0 ? .apikey : .oidc,
                    key: number % 3 == 0 ? "csk_\(number)" : nil))
            people.append(
                Person(
                    key: key, actor: EncodedActor(principal), name: "Person \(number)",
                    email: "p\(number)@example.com", network: number % 40))
        }
    }

    /// That somebody read the log, for one of some cases.
    mutating func reading() -> RecordDraft {
        let now = UTCInstant(microseconds: time)
        let reader = people[Int.random(in: 0..<9, using: &random)]
        let record = SystemRecord.reading(
            .query, uid: ledger.identifiers.next(at: now, random: salts.word()), time: now,
            outcome: .success,
            query: QueryFacts(
                hash: digest, rows: 50, range: "0..<1000",
                purpose: "DSR-\(Int.random(in: 1..<99, using: &random))", about: nil),
            sealedBy: reader.key, salt: salts.salt(), actor: .hostUser(1001))
        return record.draft(producer: ledger.producer)
    }

    /// The next access; the last tenth of them partly from networks that were never seen before.
    mutating func next(_ share: Double) -> RecordDraft {
        time += Int64.random(in: 0...2 * step, using: &random)
        let now = UTCInstant(microseconds: time)
        let person = people[
            min(
                Int.random(in: 0..<people.count, using: &random),
                Int.random(in: 0..<people.count, using: &random))]
        let isStrange = share > 0.9 && Int.random(in: 0..<40, using: &random) == 0
        let host = Int.random(in: 1..<250, using: &random)
        let address = Array(
            (isStrange ? "198.51.100.\(host)" : "10.0.\(person.network).\(host)").utf8)
        let path = Array("/v1/invoices/inv_\(Int.random(in: 0..<20_000, using: &random))".utf8)
        let service = min(
            Int.random(in: 0..<services.count, using: &random),
            Int.random(in: 0..<services.count, using: &random))
        let isDenied = Int.random(in: 0..<80, using: &random) == 0
        let status: UInt16 = isDenied ? 403 : 200
        let reason: Reason = isDenied ? .ruleDenied : .roleMatch
        let nothing: [UInt8] = []
        let record = AccessRecord(
            uid: ledger.identifiers.next(at: now, random: salts.word()), time: now,
            stage: isDenied ? .refused : .complete, actor: person.actor,
            service: services[service],
            http: HTTPFacts(
                method: .get, scheme: .https, version: .http11, route: routes[service],
                status: status, responseSize: UInt64(Int.random(in: 100..<9000, using: &random))),
            decision: EncodedDecision(
                Decision(
                    effect: isDenied ? .deny : .allow, policy: Self.names[service],
                    policyVersion: digest, rule: "r-\(service)", reason: reason)),
            end: EventEnd(reason, status: status), reason: isDenied ? reason : nil,
            commitments: Commitments(
                who: Disclosure.who(
                    name: person.name, email: person.email, subject: person.key,
                    salt: salts.salt()),
                where: Disclosure.where(
                    address: address.span, port: 51234, peerAddress: nothing.span,
                    userAgent: nothing.span, forwarded: [], tls: nil, subject: person.key,
                    salt: salts.salt()),
                what: Disclosure.what(
                    path: path.span, query: nothing.span, subject: ledger.subjects.tenant,
                    salt: salts.salt())),
            durationMicroseconds: UInt64(Int.random(in: 200..<90_000, using: &random)))
        return record.draft(host: self.host.span, producer: ledger.producer)
    }
}
