// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto

/// Identifies a configuration value by its content: `sha256:` and the hex digest of its canonical JSON.
package enum ContentHash {
    package static func of(_ value: JSONValue) -> String {
        "sha256:" + Hex.encode(SHA256.hash(data: CanonicalJSON.encode(value)))
    }
}
