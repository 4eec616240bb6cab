// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import ByteCoding
import Disclosures

/// What an output did not hand over: `output` of `output.reject` and `output.gap`.
package struct OutputFacts: Hashable, Sendable {
    package enum Loss: Hashable, Sendable {
        /// The receiver does not take this record, and took others.
        ///
        /// - Parameters:
        ///   - uid: of the record; nil where it has none.
        ///   - action: the record's; nil where it has none.
        ///   - depth: 1, or one more than that of the record where it is an `output.reject` itself.
        ///   - status: what the receiver answered, as a word or number of its protocol.
        ///   - reason: why, in its words.
        case rejected(
            index: UInt64, uid: String?, action: String?, depth: Int, status: String,
            reason: String)
        /// The receiver has left out some of these records, and does not say which.
        ///
        /// - Parameters:
        ///   - count: how many of them.
        ///   - action: of all of them; nil where they differ.
        ///   - depth: one more than the least of theirs.
        case rejectedAmong(
            ClosedRange<UInt64>, count: UInt64, action: String?, depth: Int, status: String,
            reason: String)
        /// These records were left out.
        case gap(ClosedRange<UInt64>, GapCause)
    }

    /// Why records were left out: `event.reason`.
    package enum GapCause: String, CaseIterable, Sendable {
        /// They were older than the output may lag behind.
        case mostLag = "max_lag"
        /// Their segment was put away before the output had delivered it.
        case notHere = "not_here"
    }

    /// The output's name in the configuration.
    package var output: String
    package var loss: Loss

    package init(output: String, _ loss: Loss) {
        self.output = output
        self.loss = loss
    }

    fileprivate var json: JSONValue {
        var members: [JSONMember] = []
        switch loss {
        case .gap(let range, _):
            members.add("from", range.lowerBound)
            members.add("name", output)
            members.add("to", range.upperBound)
        case .rejected(let index, let uid, let action, let depth, let status, let reason):
            members.add("action", action)
            if depth > 1 { members.add("depth", UInt64(depth)) }
            members.add("index", index)
            members.add("name", output)
            members.add("reason", String(RecordLimits.cut(reason, to: 256).kept))
            members.add("status", String(RecordLimits.cut(status, to: 64).kept))
            members.add("uid", uid)
        case .rejectedAmong(
            let range, let count, let action, let depth, let status, let reason):
            members.add("action", action)
            members.add("count", count)
            if depth > 1 { members.add("depth", UInt64(depth)) }
            members.add("from", range.lowerBound)
            members.add("name", output)
            members.add("reason", String(RecordLimits.cut(reason, to: 256).kept))
            members.add("status", String(RecordLimits.cut(status, to: 64).kept))
            members.add("to", range.upperBound)
        }
        return .object(members)
    }
}

extension Record {
    /// How many `output.reject` records follow from each other up to this one, each because the one before it was refused;
    /// 0 for any other record.
    package var refusalDepth: Int {
        guard action == EventAction.outputReject.rawValue else { return 0 }
        return value[path: "output", "depth"]?.integer.flatMap { Int(exactly: $0) } ?? 1
    }

    /// Whether an output passes it over, as the log would otherwise grow by itself where receivers refuse everything: what
    /// says that its own `output.reject` was refused, and what follows from that at other outputs.
    package func endsRefusals(of output: String) -> Bool {
        let depth = refusalDepth
        return depth > 2 || depth == 2 && value[path: "output", "name"]?.string == output
    }
}

extension SystemRecord {
    /// `output.reject` and `output.gap`, OCSF Application Error: Other. Durable before the output goes on behind what it
    /// left out.
    package static func output(
        _ facts: OutputFacts, uid: UniqueID, time: UTCInstant
    ) -> SystemRecord {
        let gap: OutputFacts.GapCause? =
            if case .gap(_, let cause) = facts.loss { cause } else { nil }
        var record = SystemRecord(
            uid: uid, time: time, category: .audit, eventClass: .applicationError, activity: 99,
            action: gap == nil ? .outputReject : .outputGap,
            end: EventEnd(outcome: .failure, severity: gap == nil ? .medium : .high),
            actor: .system, details: [JSONMember("output", facts.json)])
        record.decision = failed
        record.reason = gap?.rawValue ?? "rejected"
        record.message =
            gap == nil
            ? "An output's receiver does not take a record." : "An output left out records."
        return record
    }
}
