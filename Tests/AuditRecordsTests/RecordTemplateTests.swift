// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Disclosures
import Testing

/// What templates write, beside what is written member by member.
struct RecordTemplateTests {
    @Test(arguments: 0..<40)
    func `a template writes what is written member by member`(seed: UInt64) throws {
        var facts = RandomFacts(seed: seed)
        for _ in 0..<25 {
            let first = try facts.record()
            let host = facts.host()
            let producer = try Sample.producer()
            let (draft, found) = first.draftAndTemplate(host: host.span, producer: producer)
            let template = try #require(found)
            #expect(
                Sample.complete(draft)
                    == Sample.complete(first.draft(host: host.span, producer: producer)))
            for _ in 0..<3 {
                let next = try facts.another(like: first)
                let host = host.isEmpty ? [] : facts.plain(1...300)
                // The first one still lacks its commitment to `what`, the second one does not.
                for _ in 0..<2 {
                    let draft = try #require(Self.draft(template, next, host: host))
                    #expect(draft.uid == next.uid)
                    #expect(draft.stage == next.stage)
                    #expect(
                        Sample.complete(draft)
                            == Sample.complete(next.draft(host: host.span, producer: producer)))
                }
            }
        }
    }

    @Test func `numbers of every length fit`() throws {
        var record = try Sample.access()
        record.durationMicroseconds = 7
        record.http.requestSize = 123
        record.http.responseSize = 0
        let producer = try Sample.producer()
        let found = record.draftAndTemplate(host: [UInt8]().span, producer: producer).1
        let template = try #require(found)
        var number: UInt64 = 1
        while number <= 1 << 53 {
            for value in [number - 1, number] where value < 1 << 53 {
                record.durationMicroseconds = value
                record.http.requestSize = value / 3
                record.http.responseSize = value / 7
                let draft = try #require(Self.draft(template, record, host: []))
                #expect(
                    Sample.complete(draft)
                        == Sample.complete(
                            record.draft(host: [UInt8]().span, producer: producer)))
            }
            number *= 10
        }
    }

    @Test func `what a template has no place for is left to whoever writes members`() throws {
        var record = try Sample.access()
        record.commitments = Commitments(
            what: .what(
                path: Array("/a".utf8).span, query: [UInt8]().span, subject: Sample.subject(),
                salt: try #require(Salt([UInt8](repeating: 3, count: 32)))))
        let host = Array("api.example.com".utf8)
        let found = record.draftAndTemplate(host: host.span, producer: try Sample.producer()).1
        let template = try #require(found)
        func draft(
            _ record: AccessRecord, _ actor: EncodedActor? = nil, host: [UInt8] = host
        ) -> RecordDraft? {
            var record = record
            record.actor = actor ?? record.actor
            return Self.draft(template, record, host: host)
        }
        #expect(draft(record) != nil)
        #expect(draft(record, host: []) == nil)
        #expect(draft(record, host: Array(#"a"b"#.utf8)) == nil)
        #expect(draft(record, host: Array("ü".utf8)) == nil)
        #expect(draft(record, host: [UInt8](repeating: 0x61, count: 2048)) != nil)
        #expect(draft(record, host: [UInt8](repeating: 0x61, count: 2049)) == nil)
        let long = EncodedActor(
            Principal(
                uid: String(repeating: "s", count: 3000), kind: .user, issuer: nil, roles: [],
                session: nil, authentication: .none))
        #expect(draft(record, long) == nil)
        for change: (inout AccessRecord) throws -> Void in [
            { $0.durationMicroseconds = 1 }, { $0.http.responseSize = 1 },
            { $0.http.requestSize = 1 }, { $0.commitments = .none },
            { $0.trace = TraceContext(traceHigh: 1, traceLow: 2, span: 3) },
            { $0.commitments = try Self.cutCommitments() },
        ] {
            var other = record
            try change(&other)
            #expect(draft(other) == nil)
        }
    }

    @Test func `a record with more than a template knows makes none`() throws {
        for change: (inout AccessRecord) throws -> Void in [
            { $0.facts = RecordFacts(grpc: GRPCFacts(service: "s", method: "m", status: 0)) },
            {
                $0.limit = LimitFacts(
                    bucket: EncodedText("actor"), limit: 1, remaining: 0, resetSeconds: 1)
            },
            { $0.commitments = try Self.cutCommitments() },
            {
                $0.commitments = Commitments(
                    payload: .payload(
                        fields: [("a", "b")], subject: Sample.subject(),
                        salt: try #require(Salt([UInt8](repeating: 3, count: 32)))))
            },
        ] {
            var record = try Sample.access()
            try change(&record)
            let (draft, template) = record.draftAndTemplate(
                host: [UInt8]().span, producer: try Sample.producer())
            #expect(template == nil)
            #expect(Record.faults(inLeaf: Sample.complete(draft)).isEmpty)
        }
    }

    /// The record as its template writes it.
    private static func draft(
        _ template: RecordTemplate, _ record: AccessRecord, host: [UInt8]
    ) -> RecordDraft? {
        var text = DraftText()
        let drafted = text.draft(
            by: template, TemplateValues(record), actor: record.actor, host: host.span)
        guard var draft = drafted else { return nil }
        draft.take(text.finish())
        return draft
    }

    private static func cutCommitments() throws -> Commitments {
        Commitments(
            what: .what(
                path: [UInt8](repeating: 0x61, count: 4000).span, query: [UInt8]().span,
                subject: Sample.subject(),
                salt: try #require(Salt([UInt8](repeating: 3, count: 32)))))
    }
}

extension TemplateValues {
    /// Those of a record.
    init(_ record: AccessRecord) {
        self.init(
            uid: record.uid, time: InstantText(record.time), commitments: record.commitments,
            trace: record.trace, durationMicroseconds: record.durationMicroseconds,
            requestSize: record.http.requestSize, responseSize: record.http.responseSize)
    }
}

/// Records such as accesses that end well have, any of them.
private struct RandomFacts {
    private var random: SystemlessRandomness

    init(seed: UInt64) { random = SystemlessRandomness(state: seed) }

    private mutating func any(_ range: ClosedRange<Int>) -> Int {
        .random(in: range, using: &random)
    }

    private mutating func bool() -> Bool { .random(using: &random) }

    private mutating func number() -> UInt64 { random.next() >> UInt64(any(11...63)) }

    /// Text that stands in JSON as it is.
    mutating func plain(_ length: ClosedRange<Int>) -> [UInt8] {
        (0..<any(length)).map { _ in
            let byte = UInt8(any(0x20...0x7E))
            return byte == 0x22 || byte == 0x5C ? 0x2E : byte
        }
    }

    mutating func host() -> [UInt8] { bool() ? [] : plain(1...60) }

    private mutating func text(_ length: ClosedRange<Int>) -> String {
        String(decoding: plain(length), as: UTF8.self)
    }

    private mutating func salt() throws -> Salt {
        try #require(Salt((0..<32).map { _ in UInt8(any(0...255)) }))
    }

    private mutating func uid() -> UniqueID {
        UniqueID(at: time(), random: (random.next(), random.next()))
    }

    private mutating func time() -> UTCInstant {
        UTCInstant(microseconds: Int64(any(0...4_000_000_000_000_000)))
    }

    private mutating func actor() -> EncodedActor {
        guard bool() else { return .anonymous }
        return EncodedActor(
            Principal(
                uid: text(1...60), kind: .user, issuer: text(1...60), roles: [text(1...9)],
                session: bool() ? text(1...9) : nil,
                authentication: Authentication(method: .oidc, key: bool() ? text(1...50) : nil)))
    }

    private mutating func commitments(what: Bool, where: Bool, who: Bool) throws -> Commitments {
        Commitments(
            who: who
                ? .who(name: text(1...30), email: nil, subject: Sample.subject(), salt: try salt())
                : nil,
            where: `where`
                ? .where(
                    address: plain(1...20).span, port: nil, peerAddress: [UInt8]().span,
                    userAgent: plain(1...80).span, forwarded: [], tls: nil,
                    subject: Sample.subject(), salt: try salt()) : nil,
            what: what
                ? .what(
                    path: plain(0...100).span, query: plain(0...50).span,
                    subject: Sample.subject(), salt: try salt()) : nil)
    }

    private mutating func trace() -> TraceContext {
        TraceContext(traceHigh: random.next(), traceLow: random.next(), span: random.next())
    }

    mutating func record() throws -> AccessRecord {
        let methods: [Method] = [.get, .head, .post, .delete, .other("FOO"), .other("SEARCH")]
        let status = UInt16(any(200...599))
        var record = AccessRecord(
            uid: uid(), time: time(), stage: bool() ? .complete : .started, actor: actor(),
            service: EncodedService(
                name: text(1...40), address: bool() ? text(1...60) : nil, port: 80,
                tlsVerified: bool()),
            http: HTTPFacts(
                method: bool() ? methods.randomElement(using: &random) : nil,
                scheme: .allCases.randomElement(using: &random),
                version: .allCases.randomElement(using: &random),
                route: bool() ? EncodedRoute(text(1...60)) : nil, status: bool() ? status : nil,
                requestSize: bool() ? number() : nil, responseSize: bool() ? number() : nil),
            decision: Sample.decision(), end: EventEnd(.roleMatch, status: status), reason: nil,
            commitments: try commitments(what: bool(), where: bool(), who: bool()),
            durationMicroseconds: bool() ? number() : nil, trace: bool() ? trace() : nil,
            dataTags: bool() ? [] : [text(1...9), text(1...9)],
            zone: bool() ? EncodedText(text(1...9)) : nil)
        if bool() { record.detail = "a place" }
        if bool() { record.reason = .upstreamTimeout }
        return record
    }

    /// Another record of the same kind.
    mutating func another(like record: AccessRecord) throws -> AccessRecord {
        var other = record
        other.uid = uid()
        other.time = time()
        other.actor = actor()
        let known = record.commitments
        other.commitments = try commitments(
            what: known.what != nil, where: known.where != nil, who: known.who != nil)
        if record.trace != nil { other.trace = trace() }
        if record.durationMicroseconds != nil { other.durationMicroseconds = number() }
        if record.http.requestSize != nil { other.http.requestSize = number() }
        if record.http.responseSize != nil { other.http.responseSize = number() }
        return other
    }
}

/// The same numbers for the same seed.
private struct SystemlessRandomness: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
