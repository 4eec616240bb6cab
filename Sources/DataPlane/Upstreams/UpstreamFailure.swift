// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel

/// How a service failed an exchange.
enum UpstreamFailure {
    case unreachable
    case notTrusted
    case timeout
    case malformed
    /// The connection ended too early.
    case closed

    var reason: Reason {
        switch self {
        case .unreachable: .upstreamUnreachable
        case .notTrusted: .upstreamTLS
        case .timeout: .upstreamTimeout
        case .malformed: .upstreamMalformed
        case .closed: .upstreamClosed
        }
    }
}
