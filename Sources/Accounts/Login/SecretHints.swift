// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto

/// How secrets are told apart where they must not be shown: by the first eight characters of a digest under a key that
/// this process alone has. Nobody can look for the secret of a hint, nor compare hints of two runs.
struct SecretHints: Sendable {
    private let key = SymmetricKey(size: .bits256)

    func hint(of secret: [UInt8]) -> String {
        String(Hex.encode(HMAC<SHA256>.authenticationCode(for: secret, using: key)).prefix(8))
    }

    /// A value that only this process can derive of a secret, for one purpose.
    func derived(from secret: [UInt8], for purpose: String) -> [UInt8] {
        Array(
            HMAC<SHA256>.authenticationCode(
                for: Array(purpose.utf8) + [0] + secret, using: key))
    }
}
