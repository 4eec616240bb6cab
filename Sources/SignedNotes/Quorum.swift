// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Which sets of witnesses are enough (C2SP tlog-policy).
package indirect enum Quorum: Hashable, Sendable {
    /// No cosignature is required.
    case none
    case witness(SignerID)
    /// At least this many of the members.
    case atLeast(Int, of: [Quorum])

    /// Whether these cosigners are enough.
    package func isMet(by cosigners: Set<SignerID>) -> Bool {
        switch self {
        case .none: true
        case .witness(let signer): cosigners.contains(signer)
        case .atLeast(let threshold, let members):
            members.count { $0.isMet(by: cosigners) } >= threshold
        }
    }
}
