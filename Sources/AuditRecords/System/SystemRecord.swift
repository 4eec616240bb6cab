// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import ByteCoding
import Disclosures
internal import Merkle

/// A record of the proxy's own actions. Off the hot path: built as JSON values.
///
/// Its actor is the proxy (``EncodedActor/system``) unless it copies another record, its service
/// ``EncodedService/countersign``.
package struct SystemRecord: Sendable {
    package var uid: UniqueID
    package var time: UTCInstant
    package var stage: RecordStage
    package var category: EventCategory
    package var eventClass: EventClass
    /// OCSF activity of the class.
    package var activity: Int
    package var action: EventAction
    package var end: EventEnd
    /// `event.reason`: a machine code.
    package var reason: String?
    /// `event.detail`: what exactly was wrong and where; cut to 256 bytes.
    var detail: String?
    /// `event.message`: fixed text, at most 256 bytes.
    package var message: String?
    /// Who acted: `actor`.
    var actor: JSONValue
    /// `decision`.
    var decision: JSONValue
    /// Members of `event` copied from another record, in place of ``category``, ``eventClass`` and
    /// so on.
    var repeatedEvent: [JSONMember] = []
    /// Personal values; few of these records have any.
    var commitments = Commitments.none
    /// Members besides the mandatory ones, and copies that replace mandatory ones.
    package var details: [JSONMember]

    init(
        uid: UniqueID, time: UTCInstant, category: EventCategory, eventClass: EventClass,
        activity: Int, action: EventAction, end: EventEnd, actor: Principal, details: [JSONMember]
    ) {
        self.uid = uid
        self.time = time
        stage = .complete
        self.category = category
        self.eventClass = eventClass
        self.activity = activity
        self.action = action
        self.end = end
        self.actor = EncodedActor.value(of: actor)
        decision = Self.builtIn
        self.details = details
    }

    /// The record without its place in the log.
    package func draft(producer: EncodedProducer) -> RecordDraft {
        var event: [JSONMember] = []
        event.add("action", action.rawValue)
        event.add("activity", activity)
        event.add("category", category.rawValue)
        event.add("class", eventClass.rawValue)
        if let detail {
            let kept = RecordLimits.cut(detail, to: RecordLimits.messageBytes).kept
            event.add("detail", String(kept))
        }
        if let message {
            let kept = RecordLimits.cut(message, to: RecordLimits.messageBytes).kept
            event.add("message", String(kept))
        }
        event.add("outcome", end.outcome.rawValue)
        event.add("reason", reason)
        event.add("severity", end.severity.rawValue)
        for member in repeatedEvent {
            event.removeAll { $0.name == member.name }
            event.append(member)
        }
        var members: [JSONMember] = []
        members.append(JSONMember("actor", actor))
        members.append(JSONMember("commit", commitments.json))
        members.append(JSONMember("decision", decision))
        members.add("dst", [JSONMember("service", .string(Decision.ownPolicy))])
        members.add("event", event)
        members.add("schema", "countersign.record/1")
        members.add("stage", stage.rawValue)
        members.add("time", time.rfc3339)
        members.add("uid", uid.text)
        for detail in details {
            members.removeAll { $0.name == detail.name }
            members.append(detail)
        }
        return RecordDraft(
            uid: uid, stage: stage, commitments: commitments, members: members, producer: producer)
    }

    /// No policy decides what the proxy does on its own.
    private static let builtIn: JSONValue = .object([
        JSONMember("effect", .string(Decision.Effect.allow.rawValue)),
        JSONMember("policy", .string(Decision.ownPolicy)),
        JSONMember("policy_version", .string(Decision.ownRule)),
        JSONMember("reason", .string(Reason.ruleAllowed.code)),
        JSONMember("rule", .string(Decision.ownRule)),
    ])

    /// Somebody was not let in; no rule decides that.
    static func refused(_ reason: String) -> JSONValue {
        .object([
            JSONMember("effect", .string(Decision.Effect.deny.rawValue)),
            JSONMember("policy", .string(Decision.ownPolicy)),
            JSONMember("policy_version", .string(Decision.ownRule)),
            JSONMember("reason", .string(reason)),
            JSONMember("rule", .string(Decision.ownRule)),
        ])
    }

    /// What the proxy failed to do; records of errors name no policy (record.md §2).
    static let failed: JSONValue = .object([
        JSONMember("effect", .string(Decision.Effect.error.rawValue))
    ])
}

extension RecordDraft {
    /// Encodes members given as JSON values; `producer` is added in its place, the ledger's member by the ledger.
    init(
        uid: UniqueID, stage: RecordStage, commitments: Commitments, members: [JSONMember],
        producer: EncodedProducer
    ) {
        var limiter = RecordLimiter()
        var members = limiter.limit(.object(members), path: "").members ?? []
        var truncated = limiter.truncated
        commitments.forEach { truncated += $0.truncated }
        if !truncated.isEmpty {
            members.append(
                JSONMember("truncated", .array(truncated.prefix(64).map { .string($0) })))
        }
        members.append(JSONMember("producer", .bool(true)))
        members.sort { $0.name < $1.name }
        precondition(
            members.allSatisfy { $0.name < Self.ledgerMember },
            "LedgersMemberIsLast: a member sorts behind what the ledger writes")
        var bytes: [UInt8] = []
        bytes.append(ascii: "{")
        for member in members {
            if member.name == "producer" {
                bytes.append(contentsOf: producer.member)
                continue
            }
            CanonicalJSON.append(string: member.name.utf8, to: &bytes)
            bytes.append(ascii: ":")
            CanonicalJSON.append(member.value, to: &bytes)
            bytes.append(ascii: ",")
        }
        bytes.append(ascii: Self.ledgersStart)
        self.init(uid: uid, stage: stage, commitments: commitments, bytes: bytes)
    }
}
