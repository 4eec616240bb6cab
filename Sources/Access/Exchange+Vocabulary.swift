// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Ledger
internal import Policy

extension AppendRefusal {
    /// What the client is told.
    var reason: Reason {
        switch self {
        case .tooLarge: .recordTooLarge
        case .backlog, .closed, .poisoned: .logUnavailable
        }
    }
}

extension Tally {
    init(_ effect: Decision.Effect) {
        self =
            switch effect {
            case .allow: .allowed
            case .deny, .challenge: .denied
            case .limit: .limited
            case .error: .errored
            }
    }
}

extension EncodedService {
    /// The service as a failed exchange found it: a refused certificate was not verified, and
    /// without a connection there was none to verify.
    func after(_ reason: Reason?) -> EncodedService {
        guard tlsVerified != nil else { return self }
        return switch reason {
        case .upstreamTLS: found(tlsVerified: false)
        case .upstreamUnreachable: found(tlsVerified: nil)
        default: self
        }
    }
}

extension LimitFacts {
    init(bucket: EncodedText, _ standing: LimitStanding) {
        self.init(
            bucket: bucket, limit: UInt64(standing.limit), remaining: UInt64(standing.remaining),
            resetSeconds: UInt64(standing.resetSeconds))
    }
}
