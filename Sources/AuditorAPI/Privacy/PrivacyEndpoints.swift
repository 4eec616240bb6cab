// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import ByteCoding
import Catalog
import Console
import Disclosures
import HTTPTypes
import Hummingbird
import LogReading
import Merkle
import Query
import Search

/// Erasures, expiries and holds, for people with accounts: what `countersign privacy` is for users of the host.
///
/// Whose word counts is judged by the log's writer alone, at the moment of each step.
struct PrivacyEndpoints: AuditorGroup {
    let desk: AuditorDesk

    var operations: [AuditorOperation] {
        [
            AuditorOperation(
                .get, "/privacy", .privacyFind, "List what is asked for and what is held.",
                answers: [AuditorAnswer(.json, schema: "PrivacyStanding")],
                problems: [.unrecorded], isSearch: false, list),
            AuditorOperation(
                .post, "/privacy/find", .privacyFind,
                "Find the ids that the log keeps somebody under, by a name or an e-mail address.",
                parameters: [
                    AuditorParameter(
                        "name", .text(mostBytes: 256),
                        "A name, an e-mail address or the name that an identity source uses, whole; or a subject id.",
                        example: "ada@example.com"),
                    AskedQuery.purposeParameter,
                ], answers: [AuditorAnswer(.json, schema: "PersonList")],
                problems: [
                    .badQuery, .purposeMissing, .timedOut, .catalogRebuilding, .logUnreadable,
                    .unrecorded,
                ], find),
            AuditorOperation(
                .post, "/privacy/requests", .privacyRequest,
                "Ask for an erasure, an expiry or the end of a hold, which take two persons.",
                parameters: [
                    AuditorParameter(
                        "wants", .choice(PrivacyFacts.Wish.allCases.map(\.rawValue)),
                        "What is asked for: that people are erased, that months expire, or that a hold ends.",
                        example: "erase"), Self.subjects, Self.months,
                    AuditorParameter(
                        "hold", .text(mostBytes: 36), "The uid of the hold that is to end.",
                        example: nil), Self.reference,
                    AuditorParameter(
                        "basis", .choice(ErasureBasis.allCases.map(\.rawValue)),
                        "Why something is erased (GDPR Article 17(1)), or retention.",
                        example: "objection"),
                ], answers: [AuditorAnswer(.json, schema: "PrivacyRequest", status: 201)],
                problems: Self.problems + [.logUnreadable], request),
            AuditorOperation(
                .post, "/privacy/requests/{uid}/approve", .privacyApprove,
                "Be the second person who is for a request.",
                answers: [AuditorAnswer(.json, schema: "PrivacyStep")],
                problems: Self.problems + [.notFound], isSearch: false
            ) { try await step(.approve, $0) },
            AuditorOperation(
                .post, "/privacy/requests/{uid}/refuse", .privacyApprove,
                "Turn a request down, and say on what ground.",
                parameters: [
                    AuditorParameter(
                        "ground", .choice(RefusalGround.allCases.map(\.rawValue)),
                        "Why nothing is erased (GDPR Article 17(3)), or that nobody is identified.",
                        example: "legal_claims")
                ], answers: [AuditorAnswer(.json, schema: "PrivacyStep")],
                problems: Self.problems + [.notFound], isSearch: false
            ) {
                let ground = try Self.given($0, "ground", as: { RefusalGround(rawValue: $0) })
                return try await step(.refuse(ground), $0)
            },
            AuditorOperation(
                .post, "/privacy/requests/{uid}/execute", .privacyRequest,
                "Carry out a request that two persons are for: keys are destroyed, or a hold ends.",
                answers: [AuditorAnswer(.json, schema: "PrivacyStep")],
                problems: Self.problems + [.notFound, .unfinished, .logUnreadable], execute),
            AuditorOperation(
                .post, "/privacy/holds", .privacyRequest,
                "Forbid that keys are destroyed: of people, of months, or any.",
                parameters: [
                    Self.subjects, Self.months,
                    AuditorParameter(
                        "everything", .choice(["yes"]),
                        "That no key of this log is destroyed, where neither people nor months are named.",
                        example: nil), Self.reference,
                ], answers: [AuditorAnswer(.json, schema: "PrivacyHold", status: 201)],
                problems: Self.problems, isSearch: false, hold),
        ]
    }

    private static let problems: [AuditorProblem] = [.privacyRefused, .unrecorded]

    private static let subjects = AuditorParameter(
        "subjects", .text(mostBytes: 4096), "Subject ids, joined by commas.",
        example: "sub_7q4m2xk9h0v3t8wz")
    private static let months = AuditorParameter(
        "months", .text(mostBytes: 2048), "Months in UTC, joined by commas.",
        example: "2026-03")
    private static let reference = AuditorParameter(
        "reference", .text(mostBytes: 64),
        "The number of the case: \(PrivacyReference.forms); no personal data.",
        example: "DSR-2026-117")

    // MARK: Looking

    private func list(_ call: AuditorCall) async throws -> Response {
        try await desk.reading { [desk] in
            let standing = try desk.privacy().standing()
            return try desk.answer(
                [
                    JSONMember("requests", .array(standing.requests.map(\.json))),
                    JSONMember("holds", .array(standing.holds.map(\.json))),
                ], to: call, about: ["privacy"],
                rows: standing.requests.count + standing.holds.count,
                range: "0..<\(try desk.sources.snapshot().size.count)")
        }
    }

    private func find(_ call: AuditorCall) async throws -> Response {
        let name = try Self.given(call, "name") { $0 }
        guard call["purpose"] != nil else {
            throw AuditorProblem.purposeMissing.problem(
                "Names are opened to find this one, and nobody says what for.",
                remedy: "Send purpose, such as the number of the case.")
        }
        let person = RecordQuery(ofPerson: name)
        let asked = try AskedQuery(call, of: .record, now: call.now, within: person)
        return try await desk.reading { [desk] in
            let standing = try desk.privacy().standing()
            var search = try LogSearch(
                person, unit: .record, isOpening: true, isWhole: true, at: desk)
            let found = try PersonSearch(&search)
            let rows = found.people.map { id, records in
                JSONValue.object([
                    JSONMember("subject", .string(id.text)),
                    JSONMember("state", .string(standing.state(of: id).rawValue)),
                    JSONMember("records", .integer(records)),
                ])
            }
            return try search.answer(
                [
                    JSONMember("rows", .array(rows)),
                    JSONMember("relation", .string(found.relation.rawValue)),
                ], search.standing, to: asked, rows: rows.count, for: call.reader)
        }
    }

    // MARK: Doing

    private func request(_ call: AuditorCall) async throws -> Response {
        let wish = try Self.given(call, "wants") { PrivacyFacts.Wish(rawValue: $0) }
        let asked = PrivacyFacts(
            .request(wish), about: try Self.uid(call, "hold"), scope: try Self.scope(call),
            reference: try Self.reference(call),
            basis: call["basis"].flatMap { ErasureBasis(rawValue: $0) })
        return try await desk.reading { [desk] in
            var facts = asked
            let tally = try Self.count(&facts, of: facts.scope, at: desk)
            let same = try desk.privacy().standing().requests(
                likewise: wish, facts.scope, about: facts.about)
            let uid = try desk.carryOut(facts, for: call)
            return Self.created(
                [
                    JSONMember("uid", .string(uid.text)),
                    JSONMember("same", .array(same.map { .string($0.uid.text) })),
                ] + (tally?.json ?? []))
        }
    }

    private func hold(_ call: AuditorCall) async throws -> Response {
        let scope = try Self.scope(call)
        guard scope.isEmpty == (call["everything"] != nil) else {
            throw AuditorProblem.badParameter.problem(
                "It names nothing that is to be held, or everything beside some of it.",
                remedy: "Send subjects or months; or everything=yes alone.",
                [JSONMember("parameter", .string("everything"))])
        }
        guard let reference = try Self.reference(call) else { throw Self.missing("reference") }
        let facts = PrivacyFacts(.hold, scope: scope, reference: reference)
        return try await desk.reading { [desk] in
            let uid = try desk.carryOut(facts, for: call)
            return Self.created([JSONMember("uid", .string(uid.text))])
        }
    }

    private func step(_ deed: PrivacyFacts.Deed, _ call: AuditorCall) async throws -> Response {
        try await desk.reading { [desk] in
            let request = try Self.open(call, at: desk)
            let uid = try desk.carryOut(PrivacyFacts(deed, about: request.uid), for: call)
            let privacy = try desk.privacy()
            // As it is now, with this word.
            let now = privacy.standing().requests.first { $0.uid == request.uid }
            return Self.stepped(uid, obstacle: now.flatMap { privacy.obstacle($0) })
        }
    }

    private func execute(_ call: AuditorCall) async throws -> Response {
        try await desk.reading { [desk] in
            let request = try Self.open(call, at: desk)
            var facts = PrivacyFacts(request.wish.deed, about: request.uid)
            // Counting reads the whole log; what the writer refuses is not worth that.
            if try desk.privacy().obstacle(request) == nil {
                _ = try Self.count(&facts, of: request.scope, at: desk)
            }
            return Self.stepped(try desk.carryOut(facts, for: call), obstacle: nil)
        }
    }

    /// Notes how many values something reaches, counted without opening any.
    private static func count(
        _ facts: inout PrivacyFacts, of scope: PrivacyScope, at desk: AuditorDesk
    ) throws -> PrivacyTally? {
        guard !scope.isEmpty else { return nil }
        let tally = try desk.answering {
            try PrivacyTally(of: scope, in: try desk.sources.snapshot())
        }
        facts.values = UInt64(tally.total)
        facts.range = "0..<\(tally.looked.upperBound)"
        return tally
    }

    private static func created(_ members: [JSONMember]) -> Response {
        var response = Response.json(.object(members))
        response.status = .created
        return response
    }

    private static func stepped(_ uid: UniqueID, obstacle: String?) -> Response {
        .json(
            .object([
                JSONMember("recorded", .string(uid.text)),
                JSONMember("obstacle", obstacle.map { .string($0) } ?? .null),
            ]))
    }

    /// The open request that a call names.
    private static func open(
        _ call: AuditorCall, at desk: AuditorDesk
    ) throws -> PrivacyStanding.Request {
        let uid = UniqueID(typed: call.part("uid"))
        let standing = try desk.privacy().standing()
        guard let request = standing.requests.first(where: { $0.uid == uid }) else {
            throw AuditorProblem.notFound.problem(
                "No such request is open: it was carried out, turned down or never made.",
                remedy: "GET /api/v1/privacy lists those that are.")
        }
        return request
    }

    // MARK: Reading what was sent

    private static func missing(_ name: String) -> ConsoleProblem {
        AuditorProblem.badParameter.problem(
            "\(name) is missing.", remedy: "Send it.", [JSONMember("parameter", .string(name))])
    }

    private static func bad(_ name: String, _ remedy: String) -> ConsoleProblem {
        AuditorProblem.badParameter.problem(
            "The value of \(name) cannot be used.", remedy: remedy,
            [JSONMember("parameter", .string(name))])
    }

    /// A value that has to be there; one that is declared has one of its forms.
    private static func given<Value>(
        _ call: AuditorCall, _ name: String, as read: (String) -> Value?
    ) throws -> Value {
        guard let value = call[name].flatMap(read) else { throw missing(name) }
        return value
    }

    private static func uid(_ call: AuditorCall, _ name: String) throws -> UniqueID? {
        try call[name].map { text in
            guard let uid = UniqueID(typed: text) else {
                throw bad(
                    name, "Write the uid of a record; GET /api/v1/privacy has those of holds.")
            }
            return uid
        }
    }

    private static func reference(_ call: AuditorCall) throws -> PrivacyReference? {
        try call["reference"].map { text in
            guard let reference = PrivacyReference(text) else {
                throw bad(
                    "reference",
                    "Write the number of a case: \(PrivacyReference.forms). Names and addresses do not belong there, as a record stays for good."
                )
            }
            return reference
        }
    }

    private static func scope(_ call: AuditorCall) throws -> PrivacyScope {
        var scope = PrivacyScope()
        for part in call["subjects"]?.split(separator: ",", omittingEmptySubsequences: false) ?? []
        {
            guard let id = SubjectID(String(part)) else {
                throw bad(
                    "subjects",
                    "Write subject ids, such as sub_7q4m2xk9h0v3t8wz, joined by commas; POST /api/v1/privacy/find leads from a name to them."
                )
            }
            scope.subjects.append(id)
        }
        for part in call["months"]?.split(separator: ",", omittingEmptySubsequences: false) ?? [] {
            guard let month = Period(part.utf8) else {
                throw bad("months", "Write months, such as 2026-03, joined by commas.")
            }
            scope.periods.append(month)
        }
        return scope
    }
}

extension AuditorDesk {
    /// Who does something about personal values.
    func privacy() throws -> PrivacyOffice {
        guard let privacy = sources.privacy else {
            throw AuditorProblem.unrecorded.problem(
                "The log takes no records here.", remedy: "Ask the proxy that writes it.")
        }
        return privacy
    }

    /// Does something about personal values. Blocks until it is done.
    func carryOut(_ facts: PrivacyFacts, for call: AuditorCall) throws -> UniqueID {
        let privacy = try privacy()
        do throws(PrivacyObstacle) {
            return try privacy.carryOut(facts, call.reader)
        } catch {
            switch error.kind {
            case .refused:
                throw AuditorProblem.privacyRefused.problem(
                    error.words, remedy: "GET /api/v1/privacy says how things stand.")
            case .unrecorded:
                throw AuditorProblem.unrecorded.problem(
                    error.words,
                    remedy: "Ask again once /readyz says that the log takes records.",
                    retryAfter: 10)
            case .unfinished:
                throw AuditorProblem.unfinished.problem(
                    error.words, remedy: "The next of these calls goes on with it.",
                    retryAfter: 10)
            }
        }
    }
}
