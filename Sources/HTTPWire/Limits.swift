// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How much a peer may make this room hold or read; exceeding a limit is a named fault.
///
/// All sizes are in bytes. A message of exactly the limit is accepted, one byte more is refused.
package struct Limits: Hashable, Sendable {
    /// A head, from the first byte of its start line to the end of its empty line; 64 KiB.
    ///
    /// This is also the most that one connection can make a parser hold. At most 16 MiB.
    package var headBytes = 65_536
    /// The request target as sent; 8 KiB.
    package var targetBytes = 8_192
    /// Fields in one head, counting each repetition; 100.
    package var fields = 100
    /// Field names that `Connection` may nominate in one head, over all its fields; 16.
    package var nominations = 16
    /// The heads of all interim (1xx) responses before a final one; 64 KiB.
    ///
    /// In bytes, not a count: a service that works for an hour may say so every second.
    package var interimBytes = 65_536
    /// Hexadecimal digits of one chunk size, including leading zeros; 16.
    package var chunkSizeDigits = 16
    /// Extensions of one chunk, from the first semicolon up to the line's end; 256.
    package var chunkExtensionBytes = 256
    /// Chunk framing in excess of 16 bytes a chunk and two bytes for every byte of content; 16 KiB.
    ///
    /// The rule of Go's `net/http` after CVE-2023-39326: chunks of one byte are fine, long
    /// extensions on every chunk are not.
    package var chunkFramingExcess = 16_384
    /// Trailer fields after the last chunk; 32.
    package var trailerFields = 32
    /// The trailer section, including its line ends; 8 KiB.
    package var trailerBytes = 8_192

    /// The defaults stated at each field.
    package static let standard = Limits()

    /// For the answers of services, which are trusted with more: heads of 256 KiB, 256 fields.
    package static let answers = {
        var limits = Limits()
        limits.headBytes = 262_144
        limits.fields = 256
        return limits
    }()

    package init() {}
}
