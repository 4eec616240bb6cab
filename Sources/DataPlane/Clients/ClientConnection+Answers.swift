// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Exchanges
internal import HTTPWire
internal import NIOCore

extension ClientConnection {
    /// Sends an answer of our own in the place of all that was held.
    func send(_ answer: Answer) {
        dropUpstream()
        stopBody()
        lane.tell(answer)
        guard phase != .closed, !cannotAnswer else {
            conclude(closes: true)
            closeAtOnce()
            return
        }
        let closes =
            answer.closes || lane.isDraining || !(head?.keepsAlive ?? false) || !canPassOverBody
        prepareOutput()
        output.clear()
        lane.withBench { bench in
            bench.clear()
            addFields(of: answer, to: &bench.added)
            ResponseWriter.append(
                to: &bench.text, status: answer.status,
                framing: .length(UInt64(answer.body.count)), connection: note(head, closes),
                adding: bench.added)
            output.writeBytes(bench.text)
        }
        if head?.method != .head { output.writeBytes(answer.body) }
        write()
        conclude(closes: closes)
    }

    /// A TLS client that was turned away before its handshake understands no answer.
    private var cannotAnswer: Bool { listener.isSecure && tls == nil }

    private func addFields(of answer: Answer, to added: inout AddedFields) {
        added.put(.contentType, Self.problemType)
        added.put(.cacheControl, Self.noStore)
        added.put(.contentTypeOptions, Self.noSniff)
        added.put(.date, lane.dateText)
        added.put(.countersignRecord) { answer.uid.append(to: &$0) }
        if let seconds = answer.retryAfterSeconds {
            added.put(.retryAfter, Array("\(max(0, seconds))".utf8))
        }
        for challenge in answer.challenges {
            added.put(.wwwAuthenticate, Array(challenge.utf8))
        }
        if let allow = answer.allow { added.put(.allow, Array(allow.utf8)) }
    }

    private static let problemType = Array("application/problem+json".utf8)
    private static let noStore = Array("no-store".utf8)
    private static let noSniff = Array("nosniff".utf8)
}
