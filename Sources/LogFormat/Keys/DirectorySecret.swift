// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The secret under which subjects are looked up, as in `keys/directory`: 32 bytes and their XXH64.
///
/// The checksum reveals a bad disk: with one wrong bit in the secret, everybody would be a new
/// subject, and erasing one would miss what was recorded meanwhile.
package struct DirectorySecret: Sendable {
    package static let secretBytes = 32

    package let bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// Nil if these are not a secret and its checksum.
    package init?(file: [UInt8]) {
        let secret = DirectorySecret(bytes: Array(file.prefix(Self.secretBytes)))
        guard file.count == Self.secretBytes + 8, secret.fileBytes == file else { return nil }
        self = secret
    }

    package var fileBytes: [UInt8] {
        var file = bytes
        BigEndian.append(XXH64.checksum(bytes.span), to: &file)
        return file
    }
}
