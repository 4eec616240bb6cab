// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto
package import LogFormat
package import Merkle

/// The personal values of one group, with the salt that opens their commitment.
///
/// A record's leaf holds only ``commitment``; the ledger seals the rest under the subject's key.
/// Many records may name one disclosure: `where` of one connection, `who` of one verified token.
package final class Disclosure: Sendable {
    package let group: CommitGroup
    /// Whose key seals it.
    package let subject: SubjectKey
    /// Paths of values that were cut, for the record's `truncated`.
    package let truncated: [String]

    /// The segment in whose disclosures this was last sealed; nil before the first.
    ///
    /// Safe: owned by the ledger's writer whose turn it is, the only one that reads or writes it;
    /// event loops hand the object over through the ledger's queue and touch only immutable
    /// members. One turn ends before the next begins, so no two accesses overlap.
    @exclusivity(unchecked) package nonisolated(unsafe) var sealedInSegment: SegmentNumber?

    /// A commitment, and its text for leaves.
    package struct Hashed: Sendable {
        package let commitment: Hash256
        package let text: HashText

        init(_ commitment: Hash256) {
            self.commitment = commitment
            text = HashText(commitment)
        }
    }

    /// Nil until the commitment was computed, which may wait for others (``DraftText``).
    ///
    /// Safe: set only by whoever made the object, at the latest when a draft that names it is
    /// queued or its bytes are requested; read by other threads only after the queue has handed it
    /// over.
    @exclusivity(unchecked) private nonisolated(unsafe) var known: Hashed?

    /// What is hashed: prefix ‖ group ‖ 0x00 ‖ salt ‖ value.
    private let preimage: [UInt8]
    private let saltOffset: Int

    /// Takes a preimage that ends with the value; its hash is not computed yet.
    init(
        group: CommitGroup, subject: SubjectKey, preimage: [UInt8], saltOffset: Int,
        truncated: [String]
    ) {
        self.group = group
        self.subject = subject
        self.preimage = preimage
        self.saltOffset = saltOffset
        self.truncated = truncated
    }

    /// What the leaf holds (record.md §4.1).
    package var commitment: Hash256 {
        unsafe known?.commitment ?? Hash256(sha256: preimage)
    }

    /// The commitment's text, if the commitment was computed.
    package var knownText: HashText? { unsafe known?.text }

    /// Computes and keeps the commitment. Only for whoever made the disclosure, before passing it
    /// on.
    package func hashed() -> Hashed {
        if let known = unsafe known { return known }
        let hashed = Hashed(Hash256(sha256: preimage))
        unsafe known = hashed
        return hashed
    }

    /// Takes the hash of the preimage, computed together with others. Only for whoever made the
    /// disclosure.
    package func settle(_ commitment: Hash256) {
        if unsafe known == nil { unsafe known = Hashed(commitment) }
    }

    /// What every disclosure's ``hashedText`` begins with.
    package static let firstHashedByte = UInt8(ascii: "c")

    /// What is hashed.
    package var hashedText: [UInt8] { preimage }

    /// Commits to a value given as JSON. Off the hot path.
    ///
    /// - Parameter value: an object with flat member names such as `http.path`.
    package convenience init(
        _ group: CommitGroup, value: JSONValue, subject: SubjectKey, salt: Salt
    ) {
        var limiter = RecordLimiter()
        let value = limiter.limit(value, path: "")
        var text = CommitmentText(group, salt: salt, reserving: 256)
        text.writer.append(CanonicalJSON.encode(value))
        self.init(
            group: group, subject: subject, preimage: text.writer.bytes,
            saltOffset: text.saltOffset,
            truncated: limiter.truncated)
        _ = hashed()
    }

    /// Salt and canonical value as sealed: the 32 bytes of salt first.
    var saltAndValue: ArraySlice<UInt8> { preimage[saltOffset...] }

    package var salt: ArraySlice<UInt8> { saltAndValue.prefix(Salt.byteCount) }

    /// The value in canonical JSON.
    package var value: ArraySlice<UInt8> { saltAndValue.dropFirst(Salt.byteCount) }

    /// The commitment to a value, for whoever checks an opening.
    ///
    /// - Parameter value: canonical JSON as disclosed.
    package static func commitment(
        group: CommitGroup, salt: Salt, value: some Collection<UInt8>
    ) -> Hash256 {
        var text = CommitmentText(group, salt: salt, reserving: value.count)
        text.writer.append(Array(value))
        return Hash256(sha256: text.writer.bytes)
    }
}

/// The text whose SHA-256 is a commitment, up to the value.
struct CommitmentText: ~Copyable {
    var writer: ByteWriter
    let saltOffset: Int

    /// - Parameter capacity: bytes to reserve for the value.
    init(_ group: CommitGroup, salt: Salt, reserving capacity: Int) {
        writer = ByteWriter(capacity: 64 + capacity)
        writer.append(Self.start(group))
        saltOffset = writer.count
        salt.append(to: &writer)
    }

    /// What comes before the salt.
    static func prefix(_ group: CommitGroup) -> [UInt8] { Array("\(start(group))".utf8) }

    static func start(_ group: CommitGroup) -> StaticString {
        switch group {
        case .who: "countersign/commit/v1\nwho\0"
        case .where: "countersign/commit/v1\nwhere\0"
        case .what: "countersign/commit/v1\nwhat\0"
        case .payload: "countersign/commit/v1\npayload\0"
        }
    }
}

extension Hash256 {
    /// The digest of all bytes, in one pass over contiguous memory.
    init(sha256 bytes: [UInt8]) {
        var hasher = SHA256()
        unsafe bytes.withUnsafeBytes { memory in
            // Safe: the pointer is used only inside the closure, while the array is alive.
            unsafe hasher.update(bufferPointer: memory)
        }
        self.init(hasher.finalize())
    }
}
