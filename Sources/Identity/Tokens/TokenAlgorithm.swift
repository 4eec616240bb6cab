// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A signature algorithm that an issuer may be allowed to use (RFC 7518 §3.1, RFC 8037 §3.1).
///
/// There is no symmetric one and no `none`: being able to check a token must not mean being able to
/// make one.
package enum TokenAlgorithm: String, CaseIterable, Hashable, Sendable {
    case es256 = "ES256"
    case edDSA = "EdDSA"
    case rs256 = "RS256"
}
