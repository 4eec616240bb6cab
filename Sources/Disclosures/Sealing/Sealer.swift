// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
import Crypto
import Merkle

/// Seals disclosures into blocks, one for each subject and group of a commit group.
///
/// Owned by the ledger's writer thread. Not copyable, because a copy would use its nonces again.
///
/// ## Invariants
/// - `NoncesAreUsedOnce`: a nonce is 4 random bytes of this start ‖ a block number that begins with
///   the start's microseconds and grows by one a block, so two starts share a nonce only if the
///   clock went back *and* the random bytes agree.
package struct Sealer: ~Copyable {
    private struct KeyName: Hashable {
        var subject: SubjectID
        var period: Period
        var group: CommitGroup
    }

    /// The most derived keys kept before all are dropped and derived anew.
    private static let mostCachedKeys = 4096

    private let boot: UInt32
    private var nextBlock: UInt64
    private var keys: [KeyName: SymmetricKey] = [:]

    /// - Parameter start: when this writer started, by the wall clock.
    package init(start: UTCInstant, randomness: inout BufferedRandomness) {
        boot = UInt32(truncatingIfNeeded: randomness.word())
        nextBlock = UInt64(max(0, start.microseconds))
    }

    /// Appends blocks that hold all disclosures; each block costs at most one derivation and one
    /// seal (≈ 5 µs).
    ///
    /// - Parameter disclosures: each names the subject key that seals it.
    package mutating func seal(
        _ disclosures: [Disclosure], period: PeriodKey, into bytes: inout [UInt8]
    ) throws(SealingFault) {
        // Kept in order of first appearance, so that the same queue gives the same file.
        var positions: [KeyName: Int] = [:]
        var blocks: [(name: KeyName, disclosures: [Disclosure])] = []
        // Where the last disclosure of each group went: the next is usually of the same subject.
        var last = [Int?](repeating: nil, count: CommitGroup.allCases.count + 1)
        for disclosure in disclosures {
            let group = Int(disclosure.group.code)
            if let position = last[group], blocks[position].name.subject == disclosure.subject.id,
                blocks[position].disclosures.count < DisclosureBlock.mostDisclosures
            {
                blocks[position].disclosures.append(disclosure)
                continue
            }
            let name = KeyName(
                subject: disclosure.subject.id, period: period.period, group: disclosure.group)
            if let position = positions[name],
                blocks[position].disclosures.count < DisclosureBlock.mostDisclosures
            {
                blocks[position].disclosures.append(disclosure)
                last[group] = position
            } else {
                positions[name] = blocks.count
                last[group] = blocks.count
                blocks.append((name, [disclosure]))
            }
        }
        for block in blocks {
            try seal(block.disclosures, as: block.name, period: period, into: &bytes)
        }
    }

    /// Forgets what was derived from a subject's key, once that key is destroyed.
    package mutating func forget(_ subject: SubjectID) {
        keys = keys.filter { $0.key.subject != subject }
    }

    /// Forgets what was derived from a period's key, once that key is destroyed.
    package mutating func forget(_ period: Period) {
        keys = keys.filter { $0.key.period != period }
    }

    private mutating func seal(
        _ disclosures: [Disclosure], as name: KeyName, period: PeriodKey, into bytes: inout [UInt8]
    ) throws(SealingFault) {
        var nonce: [UInt8] = []
        BigEndian.append(boot, to: &nonce)
        BigEndian.append(nextBlock, to: &nonce)
        nextBlock += 1
        var plain: [UInt8] = []
        plain.reserveCapacity(
            disclosures.reduce(0) { $0 + $1.saltAndValue.count + MemoryLayout<UInt32>.size })
        for disclosure in disclosures {
            let content = disclosure.saltAndValue
            plain.append(contentsOf: content.prefix(Salt.byteCount))
            BigEndian.append(UInt32(content.count - Salt.byteCount), to: &plain)
            plain.append(contentsOf: content.dropFirst(Salt.byteCount))
        }
        let subject = Array(name.subject.text.utf8)
        let start = bytes.count
        let headLength =
            DisclosureBlock.fixedHead + subject.count + Period.textBytes
            + DisclosureBlock.nonceBytes + 2 + disclosures.count * Hash256.byteCount
        bytes.append(contentsOf: DisclosureBlock.magic)
        BigEndian.append(
            UInt32(headLength + plain.count + DisclosureBlock.tagBytes), to: &bytes)
        bytes.append(name.group.code)
        bytes.append(UInt8(subject.count))
        bytes.append(contentsOf: subject)
        bytes.append(contentsOf: name.period.text.utf8)
        bytes.append(contentsOf: nonce)
        BigEndian.append(UInt16(disclosures.count), to: &bytes)
        for disclosure in disclosures { disclosure.commitment.append(to: &bytes) }
        let key = key(name, subject: disclosures[0].subject, period: period)
        do {
            let box = try AES.GCM.seal(
                plain, using: key, nonce: AES.GCM.Nonce(data: nonce),
                authenticating: bytes[start...])
            append(box.ciphertext, to: &bytes)
            append(box.tag, to: &bytes)
        } catch {
            bytes.removeLast(bytes.count - start)
            throw SealingFault(subject: name.subject, group: name.group)
        }
    }

    private mutating func key(
        _ name: KeyName, subject: SubjectKey, period: PeriodKey
    ) -> SymmetricKey {
        if let key = keys[name] { return key }
        if keys.count >= Self.mostCachedKeys { keys.removeAll(keepingCapacity: true) }
        let key = SealingKey.derive(subject: subject, period: period, group: name.group)
        keys[name] = key
        return key
    }
}

/// Appends contiguous bytes in one copy: the library's type would otherwise be iterated byte by
/// byte.
private func append(_ piece: some Collection<UInt8>, to bytes: inout [UInt8]) {
    let isCopied: Void? = piece.withContiguousStorageIfAvailable { memory in
        // Safe: the buffer is read only during the call.
        unsafe bytes.append(contentsOf: memory)
    }
    if isCopied == nil { bytes.append(contentsOf: piece) }
}

/// The cryptographic library refused to seal; the commit group cannot be written.
package struct SealingFault: Error, Hashable, Sendable {
    package var subject: SubjectID
    package var group: CommitGroup
}
