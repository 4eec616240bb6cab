// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto

/// The digest of a value's canonical form.
enum ContentDigest {
    /// `sha256:` and 64 hexadecimal digits.
    static func of(_ value: JSONValue) -> String {
        "sha256:" + Hex.encode(SHA256.hash(data: CanonicalJSON.encode(value)))
    }
}
