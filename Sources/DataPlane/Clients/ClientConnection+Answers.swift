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
        guard phase != .closed, !cannotAnswer else {
            conclude(closes: true)
            closeAtOnce()
            return
        }
        let closes =
            answer.closes || lane.isDraining || !(head?.keepsAlive ?? false) || !canPassOverBody
        addFields(of: answer)
        lane.scratch.removeAll(keepingCapacity: true)
        ResponseWriter.append(
            to: &lane.scratch, status: answer.status, framing: .length(UInt64(answer.body.count)),
            connection: note(head, closes), adding: lane.added)
        prepareOutput()
        output.clear()
        output.writeBytes(lane.scratch)
        if head?.method != .head { output.writeBytes(answer.body) }
        write()
        conclude(closes: closes)
    }

    /// A TLS client that was turned away before its handshake understands no answer.
    private var cannotAnswer: Bool { listener.isSecure && tls == nil }

    private func addFields(of answer: Answer) {
        lane.added.removeAll()
        lane.added.put(.contentType, Self.problemType)
        lane.added.put(.cacheControl, Self.noStore)
        lane.added.put(.contentTypeOptions, Self.noSniff)
        lane.added.put(.date, lane.dateText)
        lane.value.removeAll(keepingCapacity: true)
        answer.uid.append(to: &lane.value)
        lane.added.put(.countersignRecord, lane.value)
        if let seconds = answer.retryAfterSeconds {
            lane.added.put(.retryAfter, Array("\(max(0, seconds))".utf8))
        }
        if let challenge = answer.challenge {
            lane.added.put(.wwwAuthenticate, Array(challenge.utf8))
        }
        if let allow = answer.allow { lane.added.put(.allow, Array(allow.utf8)) }
    }

    private static let problemType = Array("application/problem+json".utf8)
    private static let noStore = Array("no-store".utf8)
    private static let noSniff = Array("nosniff".utf8)
}
