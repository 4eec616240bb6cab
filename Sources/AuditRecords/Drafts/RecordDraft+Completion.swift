// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle

extension RecordDraft {
    /// An upper bound of the completed leaf's bytes, to be held against ``largestLeaf`` before queueing.
    ///
    /// - Parameter encodedOrigin: the log's name as a JSON string, with its quotes.
    package func completedSize(encodedOrigin: [UInt8]) -> Int {
        bytes.count + encodedOrigin.count + Self.mostCompletionBytes
    }

    /// Appends the leaf: the bytes that are stored, hashed and published.
    ///
    /// Does not allocate while `buffer` has room for ``completedSize(encodedOrigin:)``.
    ///
    /// - Parameters:
    ///   - encodedOrigin: the log's name as a JSON string, with its quotes.
    ///   - previous: hash of the leaf before this one; ``Hash256/zero`` for index 0.
    ///   - time: when the record is sequenced; never earlier than in the record before.
    ///   - sequence: number of this record among those of its boot, from 1.
    package func complete(
        index: LeafIndex, encodedOrigin: [UInt8], previous: Hash256, time: UTCInstant,
        sequence: UInt64, into buffer: inout [UInt8]
    ) {
        buffer.append(contentsOf: bytes[..<logHole])
        buffer.append(ascii: #"{"index":"#)
        index.value.appendDecimal(to: &buffer)
        buffer.append(ascii: #","origin":"#)
        buffer.append(contentsOf: encodedOrigin)
        buffer.append(ascii: #","prev":""#)
        previous.appendBase64(to: &buffer)
        buffer.append(ascii: #"","time":""#)
        time.appendRFC3339(to: &buffer)
        buffer.append(ascii: #""}"#)
        buffer.append(contentsOf: bytes[logHole..<sequenceHole])
        sequence.appendDecimal(to: &buffer)
        buffer.append(contentsOf: bytes[sequenceHole...])
    }

    /// Two numbers of 16 digits, 44 characters of hash, 27 of time and the names around them.
    private static let mostCompletionBytes = 2 * 16 + 44 + 27 + 40
}

extension [UInt8] {
    /// Appends a literal in one copy.
    mutating func append(ascii text: StaticString) {
        // Safe: a static string of ASCII text owns `utf8CodeUnitCount` bytes for ever.
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
