// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Crypto
internal import ByteCoding

/// Names a token in records without holding it: `tok_` and 128 bits of a keyed digest.
///
/// With the key one can tell whether a seized token was used; without it the name reveals nothing.
struct TokenDigester: Equatable, Sendable {
    private let key: SymmetricKey

    init(key: SymmetricKey) { self.key = key }

    /// The name of the token with this `jti`; a token without one is named by its signed bytes.
    ///
    /// `tok_` ‖ hex(HMAC-SHA-256(key, "countersign/token/v1\n" ‖ kind ‖ 0x00 ‖ issuer ‖ 0x00 ‖
    /// id)[0..<16]), where kind is `jti` or `jws`. An issuer holds no NUL, so no two inputs are the
    /// same.
    func name(issuer: String, id: String?, signingInput: ArraySlice<UInt8>) -> String {
        var digest = HMAC<SHA256>(key: key)
        digest.update(
            data: Array("countersign/token/v1\n\(id == nil ? "jws" : "jti")\0\(issuer)\0".utf8))
        if let id {
            digest.update(data: Array(id.utf8))
        } else {
            digest.update(data: signingInput)
        }
        return "tok_" + Hex.encode(digest.finalize().prefix(16))
    }
}
