// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Disclosures

extension AccessRecord {
    /// Writes the record in canonical member order.
    ///
    /// - Parameter host: the request's host as received; empty if there is none. Bytes that are not
    ///   UTF-8 are replaced.
    package func draft(host: Span<UInt8>, producer: EncodedProducer) -> RecordDraft {
        let text = text(host: host, producer: producer)
        return RecordDraft(
            uid: uid, stage: stage, commitments: commitments, bytes: text.bytes)
    }

    /// Writes the record and makes its text the template for the next ones of its kind; nil if it
    /// has something that a template has no place for.
    package func draftAndTemplate(
        host: Span<UInt8>, producer: EncodedProducer
    ) -> (RecordDraft, RecordTemplate?) {
        let text = text(host: host, producer: producer)
        let bytes = text.bytes
        let draft = RecordDraft(uid: uid, stage: stage, commitments: commitments, bytes: bytes)
        guard facts == nil, limit == nil, commitments.payload == nil, text.truncated.isEmpty,
            host.isEmpty || host.isPlain
        else { return (draft, nil) }
        return (draft, RecordTemplate(bytes, text.holes, stage: stage))
    }

    private func text(host: Span<UInt8>, producer: EncodedProducer) -> RecordText {
        var text = RecordText(reserving: reservation(host: host, producer: producer))
        text.put(#"{"actor":"#)
        text.holes.actor = text.count..<text.count + actor.object.bytes.count
        text.put(actor.object.bytes)
        text.put(#","commit":{"#)
        commitments.write(to: &text)
        text.put(#"},"#)
        text.put(list: dataTags, name: #""data_tags":["#, path: "data_tags")
        facts?.database?.write(to: &text)
        text.put(#""decision":"#)
        text.put(decision.object.bytes)
        text.put(#","dst":"#)
        text.put(service.object.bytes)
        if let durationMicroseconds {
            text.put(#","duration_us":"#)
            text.holes.duration = text.putNumber(durationMicroseconds)
        }
        writeEvent(to: &text)
        facts?.foreign?.write(to: &text)
        facts?.grpc?.write(to: &text)
        http.write(host: host, to: &text)
        facts?.inspection?.write(to: &text)
        facts?.kubernetes?.write(to: &text)
        facts?.labels?.write(to: &text)
        limit?.write(to: &text)
        facts?.mcp?.write(to: &text)
        text.put(producer.member)
        text.put(#""schema":"countersign.record/1","#)
        facts?.session?.write(to: &text)
        if let zone {
            text.put(#""src":{"zone":"#)
            text.put(zone.bytes)
            text.put("},")
        }
        writeStageAndTime(to: &text)
        noteTruncated(in: &text)
        text.putTruncated()
        text.put(#""uid":""#)
        text.holes.uid = text.count
        text.put(uid)
        text.put(#"","#)
        facts?.upstream?.write(to: &text)
        facts?.webSocket?.write(to: &text)
        text.put(RecordDraft.ledgersStart)
        return text
    }

    /// Enough bytes for every record except those with lists or strings that need escaping.
    private func reservation(host: Span<UInt8>, producer: EncodedProducer) -> Int {
        actor.object.bytes.count + decision.object.bytes.count + service.object.bytes.count
            + (http.route?.text.bytes.count ?? 0) + producer.member.count
            + host.count + (facts == nil ? 1024 : 4096)
    }

    /// The access is answered before its outcome is recorded.
    private static let answerAhead: StaticString = #","answer":"ahead""#

    private func writeEvent(to text: inout RecordText) {
        if let kind = facts?.kind, kind != .http {
            text.put(#","event":{"action":""#)
            text.put(plain: kind.action.rawValue)
            text.put(#"","activity":"#)
            text.put(kind.activity ?? activity.rawValue)
            if answersAhead { text.put(Self.answerAhead) }
            text.put(#","category":"access","class":"#)
            text.put(kind.eventClass.rawValue)
            text.put(",")
        } else {
            text.put(#","event":{"action":"http.request","activity":"#)
            text.put(activity.rawValue)
            if answersAhead { text.put(Self.answerAhead) }
            text.put(#","category":"access","class":6003,"#)
        }
        if let detail, detail.isPlain(most: RecordLimits.messageBytes) {
            text.put(#""detail":""#)
            text.put(plain: detail)
            text.put(#"","#)
        }
        if let reason {
            text.put(#""message":""#)
            // Plain ASCII, at most 256 bytes.
            text.put(reason.row.message)
            text.put(#"","#)
        }
        switch end.outcome {
        case .success: text.put(#""outcome":"success","#)
        case .failure: text.put(#""outcome":"failure","#)
        case .unknown: text.put(#""outcome":"unknown","#)
        }
        if let reason {
            text.put(#""reason":""#)
            text.put(reason.row.code)
            text.put(#"","#)
        }
        text.put(#""severity":"#)
        text.put(end.severity.rawValue)
        text.put("},")
    }

    private func writeStageAndTime(to text: inout RecordText) {
        switch stage {
        case .complete: text.put(#""stage":"complete","time":""#)
        case .started: text.put(#""stage":"started","time":""#)
        case .unknown: text.put(#""stage":"unknown","time":""#)
        case .refused: text.put(#""stage":"refused","time":""#)
        }
        text.holes.time = text.count
        text.put(time)
        text.put(#"","#)
        if let trace {
            text.put(#""trace":{"span_id":""#)
            text.holes.trace = text.count
            text.put(hex: trace.span)
            text.put(RecordTemplate.beforeTraceID)
            text.put(hex: trace.traceHigh)
            text.put(hex: trace.traceLow)
            text.put(#""},"#)
        }
    }

    private func noteTruncated(in text: inout RecordText) {
        text.note(truncated: actor.object.truncated)
        text.note(truncated: decision.object.truncated)
        text.note(truncated: service.object.truncated)
        commitments.forEach { text.note(truncated: $0.truncated) }
        if http.route?.text.isTruncated == true { text.note(truncated: ["http.route"]) }
        if limit?.bucket.isTruncated == true { text.note(truncated: ["limit.bucket"]) }
        if zone?.isTruncated == true { text.note(truncated: ["src.zone"]) }
        if let facts { text.note(truncated: facts.truncated) }
    }
}

extension String {
    /// Whether it can be written without escapes.
    fileprivate func isPlain(most: Int) -> Bool {
        utf8.count <= most
            && utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
    }
}
