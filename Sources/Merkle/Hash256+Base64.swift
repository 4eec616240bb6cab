// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

extension Hash256 {
    /// The 32 bytes as 44 characters of padded base 64, as C2SP formats and records write hashes.
    package var base64: String { Base64.encode(bytes) }

    /// The digest of a text that ``base64`` made, or nil for any other text.
    package init?(base64 text: some StringProtocol) {
        guard text.utf8.count == 44, let bytes = Base64.decode(text) else { return nil }
        self.init(bytes)
    }
}

extension Hash256: CustomStringConvertible {
    package var description: String { base64 }
}
