// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import ByteCoding
import Crypto
import Disclosures
import Foundation
import Merkle
import TestSupport
import Testing

/// The page on records against everything that writes one: a member or a word that is written and not
/// documented is found here, whoever adds it.
@Suite("Docs/Formats/record.md: every member and word that is written")
struct RecordMembersTests {
    private static let docs = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Docs")

    static func page(_ name: String) throws -> String {
        try String(contentsOf: docs.appending(path: name), encoding: .utf8)
    }

    /// The members that the page's tables name in their first column: `a.b`, and `.c` for `a.c` behind it.
    static func documented() throws -> Set<String> {
        var members: Set<String> = []
        for line in try page("Formats/record.md").split(separator: "\n")
        where line.hasPrefix("| `") {
            let cell = line.dropFirst(2).prefix { $0 != "|" }
            var parent = ""
            for (position, part) in cell.split(separator: "`").enumerated()
            where position.isMultiple(of: 2) {
                var name = String(part)
                if name.hasPrefix(".") { name = parent + name }
                parent = name.split(separator: ".").dropLast().joined(separator: ".")
                members.insert(name)
            }
        }
        return members
    }

    /// The paths of all values that are no objects.
    static func paths(_ value: JSONValue, below path: String = "") -> Set<String> {
        guard let members = value.members, path != "labels", path != "commit" else {
            return path.isEmpty ? [] : [path]
        }
        return members.reduce(into: []) { found, member in
            found.formUnion(
                paths(member.value, below: path.isEmpty ? member.name : "\(path).\(member.name)"))
        }
    }

    /// One record or more for each action; a new action has to get its own here.
    private func samples(of action: EventAction) throws -> [Record] {
        let facts = Self.query
        return switch action {
        case .httpRequest: [try accessed(.http), try refused()]
        case .databaseStatement:
            try DatastoreActivity.allCases.map { try accessed(.database($0)) }
        case .kubernetesRequest: [try accessed(.kubernetes)]
        case .mcpMessage: [try accessed(.mcp)]
        case .sessionStart: [try accessed(.sessionStart)]
        case .sessionEnd: [try accessed(.sessionEnd)]
        case .foreignEvent: [try accessed(.foreign)]
        case .logStart:
            [
                try record(
                    .logStart(
                        uid: Self.uid, time: Self.time,
                        previous: PreviousBoot(boot: Self.uid, lastSequence: 1),
                        recovery: RecoveryFacts(
                            wasClean: false, replayedEntries: 1, discardedBytes: 1,
                            unknownOutcomes: 1, restoredFiles: ["checkpoints"],
                            stateWasMissing: true, unsignedRecords: 1, silentSince: Self.time,
                            unsynced: .lost, revivedKeys: 1),
                        version: "1", configuration: "sha256:00", durability: .written
                    ).knowing(privacyAt: 1))
            ]
        case .logStop:
            try StopCause.allCases.map {
                try record(.logStop(uid: Self.uid, time: Self.time, cause: $0))
            }
        case .heartbeat:
            [
                try record(
                    .heartbeat(
                        uid: Self.uid, time: Self.time, counters: HeartbeatCounters(),
                        clock: ClockFacts(
                            source: "system", offsetMicroseconds: 1, errorMicroseconds: 1,
                            isSynchronized: true),
                        durability: .written, settled: SettledFacts(throughSequence: 1, open: [1]),
                        published: PublishedFacts(count: 1, size: 1)))
            ]
        case .logAdopt:
            [
                try record(
                    .adoption(
                        uid: Self.uid, time: Self.time, losses: ["records_lost", "state_lost"],
                        size: 1, ticket: "INC-1", user: 1000))
            ]
        case .gap:
            try GapFacts.Cause.allCases.map { cause in
                try record(
                    .gap(
                        uid: Self.uid, time: Self.time,
                        GapFacts(boot: Self.uid, sequences: 1...2, count: 2, cause: cause)))
            }
        case .configLoaded: [try configured(isAccepted: true)]
        case .configRejected: [try configured(isAccepted: false)]
        case .logQuery:
            [
                try record(
                    .reading(
                        .query, uid: Self.uid, time: Self.time, outcome: .success, query: facts,
                        sealedBy: Self.reader, salt: Self.salt, actor: .anonymous))
            ]
        case .logExport:
            [
                try record(
                    .reading(
                        .export, uid: Self.uid, time: Self.time, outcome: .success, query: facts,
                        sealedBy: Self.reader, salt: Self.salt, actor: .anonymous))
            ]
        case .logTail:
            [
                try record(
                    .reading(
                        .tail, uid: Self.uid, time: Self.time, outcome: .success, query: facts,
                        sealedBy: Self.reader, salt: Self.salt, actor: .anonymous))
            ]
        case .reviewSignoff:
            [
                try record(
                    .reading(
                        .review, uid: Self.uid, time: Self.time, outcome: .success,
                        query: Self.reviewed, sealedBy: Self.reader, salt: Self.salt,
                        actor: .anonymous))
            ]
        case .keyRotate, .keyRetire:
            [
                try record(
                    .signing(
                        SigningFacts(
                            change: action == .keyRotate ? .rotate : .retire, key: "k",
                            keys: ["k"]), uid: Self.uid, time: Self.time, actor: .anonymous))
            ]
        case .accountCreate: try accounts(.create)
        case .accountRoles: try accounts(.roles)
        case .accountPassword: try accounts(.password)
        case .accountRemove: try accounts(.remove)
        case .tokenCreate: try accounts(.tokenCreate)
        case .tokenRevoke: try accounts(.tokenRevoke)
        case .authLogon: try accounts(.logOn) + accounts(.refused)
        case .authLogoff: try accounts(.logOff)
        case .authDenied: try accounts(.denied)
        case .privacyRequest: try PrivacyFacts.Wish.allCases.map { try privacy(.request($0)) }
        case .privacyRefuse: try RefusalGround.allCases.map { try privacy(.refuse($0)) }
        case .privacyApprove: [try privacy(.approve)]
        case .privacyErase: [try privacy(.erase)]
        case .privacyExpire: [try privacy(.expire)]
        case .privacyEraseDone: [try privacy(.done)]
        case .privacyHold: [try privacy(.hold)]
        case .privacyRelease: [try privacy(.release)]
        case .outputReject:
            [
                try output(
                    .rejected(
                        index: 7, uid: Self.uid.text, action: "http.request", depth: 1,
                        status: "400", reason: "too old")),
                try output(
                    .rejectedAmong(
                        3...9, count: 2, action: "output.reject", depth: 2, status: "partial",
                        reason: "2 of 3 to 9")),
            ]
        case .outputGap: try OutputFacts.GapCause.allCases.map { try output(.gap(3...9, $0)) }
        }
    }

    private func output(_ loss: OutputFacts.Loss) throws -> Record {
        try record(
            .output(OutputFacts(output: "siem", loss), uid: Self.uid, time: Self.time))
    }

    private func privacy(_ deed: PrivacyFacts.Deed) throws -> Record {
        try record(
            .privacy(
                PrivacyFacts(
                    deed, about: Self.uid,
                    scope: PrivacyScope(
                        subjects: [.tenant], periods: [try #require(Period("2026-11".utf8))]),
                    reference: PrivacyReference("DSR-1"), basis: .objection,
                    approvers: ["uid:1001"], values: 1, range: "0..<1"),
                uid: Self.uid, time: Self.time, after: 1, actor: .anonymous))
    }

    @Test("Every member that a writer emits is in the page")
    func members() throws {
        let documented = try Self.documented()
        for action in EventAction.allCases {
            for record in try samples(of: action) {
                let missing = Self.paths(record.value).subtracting(documented)
                #expect(missing.isEmpty, "\(action.rawValue): \(missing.sorted())")
                #expect(record.faults == [])
            }
        }
    }

    @Test("Every member that a reader knows is in the page")
    func schema() throws {
        let known = paths(of: RecordSchema.root)
        let missing = known.subtracting(try Self.documented())
        #expect(missing.isEmpty, "\(missing.sorted())")
    }

    @Test("Every word that a writer uses is in the pages")
    func words() throws {
        let record = try Self.page("Formats/record.md")
        func check<Word: RawRepresentable & CaseIterable>(
            _ type: Word.Type, in page: String
        ) where Word.RawValue == String {
            for word in type.allCases where !page.contains("`\(word.rawValue)`") {
                Issue.record("\(type): `\(word.rawValue)` is not documented")
            }
        }
        check(RecordStage.self, in: record)
        check(EventCategory.self, in: record)
        check(EventAction.self, in: record)
        check(PrivacyFacts.Wish.self, in: record)
        check(ErasureBasis.self, in: record)
        check(RefusalGround.self, in: record)
        check(EventOutcome.self, in: record)
        check(Principal.Kind.self, in: record)
        check(Authentication.Method.self, in: record)
        check(Authentication.Binding.self, in: record)
        check(Decision.Effect.self, in: record)
        check(StopCause.self, in: record)
        check(GapFacts.Cause.self, in: record)
        check(HTTPFacts.Scheme.self, in: record)
        check(HTTPFacts.Version.self, in: record)
        check(DatabaseFacts.Account.self, in: record)
        check(ForeignFacts.Parse.self, in: record)
        check(ForeignFacts.Phase.self, in: record)
        check(InspectionFacts.Mode.self, in: record)
        check(ClosingSide.self, in: record)
        check(CommitGroup.self, in: record)
        let reasons = try Self.page("Using/Reasons.md")
        for reason in Reason.allCases where !reasons.contains("| `\(reason.code)` |") {
            Issue.record("Reason: `\(reason.code)` is not documented")
        }
        var decisions: Set<String> = [Decision.unrouted, Decision.defaultRule]
        let accesses = Set(AccessSamples.kinds.map(\.action))
        for action in EventAction.allCases where !accesses.contains(action) {
            for sample in try samples(of: action) {
                for name in ["policy", "policy_version", "rule", "reason"] {
                    if let word = sample.value[path: "decision", name]?.string {
                        decisions.insert(word)
                    }
                }
            }
        }
        #expect(decisions.count > 4)
        for word in decisions where !record.contains("`\(word)`") {
            Issue.record("decision: `\(word)` is not documented")
        }
    }

    @Test("The sample of an access leaves no member out")
    func wholeSample() throws {
        let access = try AccessSamples.access(.http)
        let facts = try #require(access.facts)
        let parts: [(Any, String)] = [
            (access, "AccessRecord"), (access.http, "HTTPFacts"), (facts, "RecordFacts"),
            (try #require(facts.database), "DatabaseFacts"),
            (try #require(facts.foreign), "ForeignFacts"),
            (try #require(facts.grpc), "GRPCFacts"),
            (try #require(facts.inspection), "InspectionFacts"),
            (try #require(facts.kubernetes), "KubernetesFacts"),
            (try #require(facts.mcp), "MCPFacts"), (try #require(facts.session), "SessionFacts"),
            (try #require(facts.webSocket), "WebSocketFacts"),
        ]
        for (part, label) in parts {
            for child in Mirror(reflecting: part).children {
                let isNil =
                    Mirror(reflecting: child.value).displayStyle == .optional
                    && Mirror(reflecting: child.value).children.isEmpty
                #expect(!isNil, "\(label).\(child.label ?? "?") is nil in the sample")
            }
        }
    }

    // MARK: Samples

    private static let time = AccessSamples.time
    private static let uid = AccessSamples.uid
    private static let reviewed = {
        var facts = QueryFacts(hash: "sha256:00", rows: 1, range: "0..<1", purpose: "DSR-1")
        facts.review = ReviewFacts(from: time, to: time, query: "*", root: "r", result: .clean)
        return facts
    }()
    private static let query = QueryFacts(
        hash: "sha256:00", rows: 1, range: "0..<1", purpose: "DSR-1", about: reader.id,
        began: uid, ended: .stopping)
    private static let (reader, salt) = {
        var randomness = BufferedRandomness(source: .reproducible(seed: 1))
        return (
            SubjectKey(
                id: SubjectID(randomness: &randomness), lookup: .zero, randomness: &randomness),
            randomness.salt()
        )
    }()

    private func complete(_ draft: RecordDraft) throws -> Record {
        var leaf: [UInt8] = []
        draft.complete(
            index: LeafIndex(1), encodedOrigin: Array("\"log.example\"".utf8), previous: .zero,
            time: Self.time, sequence: 1, into: &leaf)
        return try Record(leaf: leaf)
    }

    private func record(_ record: SystemRecord) throws -> Record {
        try complete(record.draft(producer: EncodedProducer(uid: "proxy", boot: Self.uid)))
    }

    private func accounts(_ kind: AccountFacts.Kind) throws -> [Record] {
        let facts = AccountFacts(
            kind, account: "acc_aaaaaaaaaaaa", roles: ["auditor"], token: "aaaaaaaa",
            scope: ["log.read"], expires: Self.time, heldBack: 1)
        return [
            try record(.account(facts, uid: Self.uid, time: Self.time, actor: .anonymous))
        ]
    }

    private func configured(isAccepted: Bool) throws -> Record {
        func state(
            _ digest: String, _ keys: [String: String], revived: Set<String> = []
        ) -> ConfigurationChange.State {
            ConfigurationChange.State(
                configuration: "sha256:00",
                files: [DecidingFile(path: "keys.yaml", purpose: "api_keys", digest: digest)],
                roll: CredentialRoll(keys: keys, revived: revived), isWhole: true)
        }
        let change = ConfigurationChange(
            object: .configuration, before: state("sha256:00", ["a/1": "", "a/2": ""]),
            after: state("sha256:01", ["a/2": "other", "a/3": ""], revived: ["a/4"]))
        let records = SystemRecord.configuration(
            change, refusedFor: isAccepted ? nil : "keys.yaml (api_keys) cannot be used",
            actor: .system
        ) { (Self.uid, Self.time) }
        return try record(try #require(records.first))
    }

    private func accessed(_ kind: AccessKind) throws -> Record {
        let record = try accessed(try AccessSamples.access(kind), host: Array("api".utf8))
        #expect(record.action == kind.action.rawValue)
        return record
    }

    private func refused() throws -> Record {
        var record = try AccessSamples.access(.http)
        record.stage = .refused
        return try accessed(record, host: [UInt8](repeating: UInt8(ascii: "h"), count: 3000))
    }

    private func accessed(_ record: AccessRecord, host: [UInt8]) throws -> Record {
        try complete(
            record.draft(host: host.span, producer: EncodedProducer(uid: "proxy", boot: Self.uid)))
    }

    private func paths(of node: RecordSchema.Node, below path: String = "") -> Set<String> {
        guard !node.members.isEmpty, path != "commit" else { return path.isEmpty ? [] : [path] }
        return node.members.reduce(into: []) { found, member in
            found.formUnion(
                paths(of: member, below: path.isEmpty ? member.name : "\(path).\(member.name)"))
        }
    }
}
