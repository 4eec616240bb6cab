// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import HTTPWire
internal import NIOSSL
internal import Transport

/// How a service failed an exchange.
struct UpstreamFailure {
    let reason: Reason
    /// What exactly happened: for the record and the server's log. Plain ASCII, at most 256 bytes;
    /// nothing that the service wrote except a field's name.
    let detail: String
    /// The same for the client, without that name.
    let detailForClient: String

    init(_ reason: Reason, _ detail: String, forClient: String? = nil) {
        self.reason = reason
        self.detail = detail
        detailForClient = forClient ?? detail
    }

    static let handshakeTimeout = UpstreamFailure(
        .upstreamTimeout, "TLS handshake took too long")
    static let closedInHandshake = UpstreamFailure(
        .upstreamUnreachable, "connection closed before the TLS handshake was over")

    /// An answer whose head was refused.
    ///
    /// - Parameter field: the name of the faulty field, if any.
    static func malformed(_ fault: ResponseFault, in field: String?) -> UpstreamFailure {
        let place = "\(fault.kind.rawValue) at byte \(fault.offset) of the answer's head"
        return UpstreamFailure(
            .upstreamMalformed, place + (field.map { ", in field \($0)" } ?? ""),
            forClient: place)
    }

    /// An answer whose body was refused, after this many bytes that were read before.
    static func malformed(_ fault: ChunkFault, after passed: Int) -> UpstreamFailure {
        UpstreamFailure(
            .upstreamMalformed,
            "\(fault.kind.rawValue) at byte \(passed + fault.offset) of the answer's body")
    }

    /// The connection ended too early.
    static func closed(
        _ error: (any Error)?, inBody: Bool, after passed: Int
    ) -> UpstreamFailure {
        let how = error.map { "\(SocketProblem($0).words) " } ?? "closed "
        let place = inBody ? "body" : "head"
        return UpstreamFailure(
            .upstreamClosed,
            passed == 0 && !inBody
                ? how + "before an answer" : how + "after \(passed) bytes of the answer's \(place)")
    }

    /// No connection was made.
    static func connecting(_ error: any Error) -> UpstreamFailure {
        let problem = SocketProblem(error)
        return UpstreamFailure(
            problem.isTimeout ? .upstreamTimeout : .upstreamUnreachable, problem.words)
    }

    /// The TLS handshake failed.
    static func handshake(_ error: any Error, leaf: NIOSSLCertificate?) -> UpstreamFailure {
        UpstreamFailure(.upstreamTLS, TLSProblem(error, leaf: leaf).words)
    }
}
