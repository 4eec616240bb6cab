// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
package import Disclosures

/// One access as values; ``draft(host:producer:)`` writes it.
package struct AccessRecord: Sendable {
    /// The request's id, shared by its `started` record and its outcome.
    package var uid: UniqueID
    /// When the request was accepted.
    package var time: UTCInstant
    package var stage: RecordStage
    package var actor: EncodedActor
    package var service: EncodedService
    package var http: HTTPFacts
    package var decision: EncodedDecision
    package var end: EventEnd
    /// What the access does; from the method unless the route says otherwise.
    package var activity: AccessActivity
    /// Why it did not end like a granted access: `event.reason` and `event.message`.
    package var reason: Reason?
    /// What exactly was wrong and where, in our own words: `event.detail`. Printable ASCII without
    /// quotes and backslashes, at most 256 bytes; anything else is left out.
    package var detail: String?
    /// Whether the answer leaves before the outcome is recorded: `event.answer` of a `started` record.
    package var answersAhead = false
    /// Accepted → last byte, by the monotonic clock.
    package var durationMicroseconds: UInt64?
    package var commitments: Commitments
    package var trace: TraceContext?
    package var limit: LimitFacts?
    /// What protocols other than plain HTTP add.
    package var facts: RecordFacts?
    /// Kinds of sensitive data found, e.g. `pii`; no empty strings.
    package var dataTags: [String]
    /// The named network zone of the client: `src.zone`.
    package var zone: EncodedText?

    /// - Parameter reason: of a refusal or failure; nil for a granted access, whose reason is in
    ///   its decision.
    package init(
        uid: UniqueID, time: UTCInstant, stage: RecordStage, actor: EncodedActor,
        service: EncodedService, http: HTTPFacts, decision: EncodedDecision, end: EventEnd,
        reason: Reason?, commitments: Commitments, activity: AccessActivity? = nil,
        durationMicroseconds: UInt64? = nil, trace: TraceContext? = nil, limit: LimitFacts? = nil,
        facts: RecordFacts? = nil, dataTags: [String] = [], zone: EncodedText? = nil
    ) {
        self.uid = uid
        self.time = time
        self.stage = stage
        self.actor = actor
        self.service = service
        self.http = http
        self.decision = decision
        self.end = end
        self.activity = activity ?? AccessActivity(http.method)
        self.reason = reason
        self.durationMicroseconds = durationMicroseconds
        self.commitments = commitments
        self.trace = trace
        self.limit = limit
        self.facts = facts
        self.dataTags = dataTags
        self.zone = zone
    }
}
