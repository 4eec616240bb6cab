// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords
internal import ByteCoding
internal import Merkle

/// What HEC is sent and answers.
enum HECEvent {
    /// One event. What it is indexed by (`fields`) has keys of this program's own, never from a request.
    static func event(_ record: OutputRecord, _ options: HECSender.Options) -> [UInt8] {
        let content = record.record
        var fields = [JSONMember("index", .string("\(record.index.value)"))]
        if let uid = content.uid { fields.append(JSONMember("uid", .string(uid.text))) }
        if let action = content.action { fields.append(JSONMember("action", .string(action))) }
        var members: [JSONMember] = [
            JSONMember("fields", .object(fields)),
            JSONMember("source", .string(content.origin ?? "countersign")),
            JSONMember("sourcetype", .string(options.sourceType)),
        ]
        if let host = content.producer { members.append(JSONMember("host", .string(host))) }
        if let index = options.index { members.append(JSONMember("index", .string(index))) }
        var text: [UInt8] = Array(#"{"event":"#.utf8)
        text += record.line(options.form).dropLast()
        text += ",".utf8
        text += CanonicalJSON.encode(.object(members)).dropFirst().dropLast()
        if let time = content.time {
            let micros = max(0, time.microseconds)
            let part = String(1_000_000 + micros % 1_000_000).dropFirst()
            text += ",\"time\":\(micros / 1_000_000).\(part)".utf8
        }
        text += "}".utf8
        return text
    }

    /// Codes of HEC that say that an event is at fault: no data, invalid format, event missing or blank, bad fields.
    private static let faulty: Set<Int64> = [5, 6, 12, 13, 15]
    /// Those that say that it lets nobody in: token disabled, missing, invalid.
    private static let notPermitted: Set<Int64> = [1, 2, 3, 4]

    static func end(_ answer: HTTPExchange.Answer, from target: String) -> OutputAnswer.End {
        let code = answer.json?["code"]?.integer
        let words = answer.json?["text"]?.string ?? answer.words
        switch code {
        case nil: return answer.end(from: target)
        case 0?: return (200..<300).contains(answer.status) ? .done : answer.end(from: target)
        case let code? where faulty.contains(code):
            return .refused(OutputRefusal(status: "\(code)", reason: words))
        case let code? where notPermitted.contains(code):
            return .failed(
                OutputFailure(
                    .notPermitted,
                    "\(target) lets nobody in with this token (code \(code)): \(words).",
                    retryAfter: answer.retryAfter))
        case 7?:
            return .failed(
                OutputFailure(
                    .badAnswer,
                    "\(target) has no such index, or not for this token (code 7): \(words). Correct `index`."
                ))
        case 10?, 11?, 14?:
            return .failed(
                OutputFailure(
                    .badAnswer,
                    "\(target) does not acknowledge with this token (code \(code ?? 14)): \(words). Turn \"indexer acknowledgement\" on for it, or `ack` off here."
                ))
        case let code?:
            return .failed(
                OutputFailure(
                    .busy, "\(target) cannot take anything now (code \(code)): \(words).",
                    retryAfter: answer.retryAfter))
        }
    }
}
