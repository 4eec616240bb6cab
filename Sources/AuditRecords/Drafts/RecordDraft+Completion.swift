// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Merkle

/// What the ledger writes alike in all records of a group, encoded once.
package struct LedgersMember: Sendable {
    /// `,"origin":"…","prev":"…","seq":`, the hash all zero.
    fileprivate let beforeSequence: [UInt8]
    /// Where in these the hash is.
    fileprivate let hole: Int
    /// `,"time":"…"}}`
    fileprivate let afterSequence: [UInt8]

    /// - Parameters:
    ///   - encodedOrigin: the log's name as a JSON string, with its quotes.
    ///   - time: when the records are sequenced; never earlier than in the previous record.
    package init(encodedOrigin: [UInt8], time: UTCInstant) {
        var before: [UInt8] = []
        before.append(ascii: #","origin":"#)
        before.append(contentsOf: encodedOrigin)
        before.append(ascii: #","prev":""#)
        hole = before.count
        Hash256.zero.appendBase64(to: &before)
        before.append(ascii: #"","seq":"#)
        var after: [UInt8] = []
        after.append(ascii: #","time":""#)
        time.appendRFC3339(to: &after)
        after.append(ascii: #""}}"#)
        (beforeSequence, afterSequence) = (before, after)
    }

    /// Appends the leaf of a draft without the hash of the previous one, which need not be known
    /// yet.
    ///
    /// Does not allocate while `buffer` has room for ``RecordDraft/completedSize(encodedOrigin:)``.
    ///
    /// - Parameters:
    ///   - text: memory that holds the draft's text.
    ///   - range: where that is.
    ///   - sequence: number of this record among those of its boot, from 1.
    /// - Returns: where in the buffer to store the hash (``Hash256/storeBase64(at:of:)``);
    ///   everything before that is final.
    package func complete(
        _ text: [UInt8], _ range: Range<Int>, index: LeafIndex, sequence: UInt64,
        into buffer: inout [UInt8]
    ) -> Int {
        precondition(
            range.upperBound <= text.count,
            "DraftsHaveText: a record is completed without its text")
        let start = buffer.count
        var hole = hole
        buffer.append(
            addingCapacity: range.count + beforeSequence.count + afterSequence.count
                + 2 * RecordDraft.mostDigits
        ) { leaf in
            leaf.append(text.span.extracting(range))
            leaf.append(decimal: index.value)
            hole += start + leaf.count
            leaf.append(beforeSequence.span)
            leaf.append(decimal: sequence)
            leaf.append(afterSequence.span)
        }
        return hole
    }
}

extension RecordDraft {
    /// An upper bound of the completed leaf's bytes, to be compared with ``largestLeaf`` before
    /// queueing.
    ///
    /// - Parameter encodedOrigin: the log's name as a JSON string, with its quotes.
    package func completedSize(encodedOrigin: [UInt8]) -> Int {
        range.count + encodedOrigin.count + Self.mostCompletionBytes
    }

    /// Appends the leaf: the bytes that are stored, hashed and published.
    ///
    /// - Parameters:
    ///   - encodedOrigin: the log's name as a JSON string, with its quotes.
    ///   - previous: hash of the previous leaf; ``Hash256/zero`` for index 0.
    ///   - time: when the record is sequenced; never earlier than in the previous record.
    ///   - sequence: number of this record among those of its boot, from 1.
    package func complete(
        index: LeafIndex, encodedOrigin: [UInt8], previous: Hash256, time: UTCInstant,
        sequence: UInt64, into buffer: inout [UInt8]
    ) {
        let hole = LedgersMember(encodedOrigin: encodedOrigin, time: time)
            .complete(bytes, range, index: index, sequence: sequence, into: &buffer)
        previous.storeBase64(at: hole, of: &buffer)
    }

    /// Of any index or sequence number.
    fileprivate static let mostDigits = 20

    /// Two numbers of 16 digits, 44 characters of hash, 27 of time and the names around them: 60.
    private static let mostCompletionBytes = 2 * 16 + 44 + 27 + 64
}

extension [UInt8] {
    /// Appends a literal in one copy.
    mutating func append(ascii text: StaticString) {
        // Safe: a static string of ASCII text owns `utf8CodeUnitCount` bytes for ever.
        unsafe append(
            contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }
}
