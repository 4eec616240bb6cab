// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
package import Merkle

/// A block that was decrypted; its values are read one by one, as few of them are asked for.
package struct OpenedBlock: Sendable {
    package let block: DisclosureBlock
    private let plain: [UInt8]
    private let items: [(salt: Range<Int>, value: Range<Int>)]

    fileprivate init(
        _ block: DisclosureBlock, _ plain: [UInt8],
        _ items: [(salt: Range<Int>, value: Range<Int>)]
    ) {
        self.block = block
        self.plain = plain
        self.items = items
    }

    /// The values of one commitment; nil if it is not of this block.
    ///
    /// The caller must check whether they match.
    package func disclosure(of commitment: Hash256) -> OpenedDisclosure? {
        guard let place = block.commitments.firstIndex(of: commitment),
            let salt = Salt(plain[items[place].salt])
        else { return nil }
        return OpenedDisclosure(
            group: block.group, subject: block.subject, salt: salt,
            value: Array(plain[items[place].value]), commitment: commitment)
    }
}

extension DisclosureBlock {
    /// Decrypts the block, and reads none of its values yet.
    ///
    /// - Parameter keys: those that were derived before.
    package func opened(
        subject: SubjectKey, period: PeriodKey, with keys: inout SealingKeys
    ) throws(BlockFault) -> OpenedBlock {
        let plain = try plain(subject: subject, period: period) {
            keys.key(subject: subject, period: period, group: group)
        }
        return OpenedBlock(self, plain, try items(in: plain))
    }

    /// The values that the block holds, in the order of ``commitments``.
    ///
    /// The caller must check and report whether each matches its commitment.
    package func open(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [OpenedDisclosure] {
        let plain = try plain(subject: subject, period: period)
        var disclosures: [OpenedDisclosure] = []
        for (commitment, item) in zip(commitments, try items(in: plain)) {
            guard let salt = Salt(plain[item.salt]) else {
                throw BlockFault(.badContent, at: range.lowerBound)
            }
            disclosures.append(
                OpenedDisclosure(
                    group: group, subject: self.subject, salt: salt,
                    value: Array(plain[item.value]), commitment: commitment))
        }
        return disclosures
    }

    /// Whether each of ``commitments`` follows from its value and salt: what
    /// ``OpenedDisclosure/matchesCommitment`` says of ``open(subject:period:)``, at the cost of one
    /// hash each, side by side.
    package func matches(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [Bool] {
        let plain = try plain(subject: subject, period: period)
        let prefix = CommitmentText.prefix(group)
        // All texts without their common first byte, to be hashed side by side.
        var texts: [UInt8] = []
        texts.reserveCapacity(plain.count + commitments.count * prefix.count)
        var messages = MessageRanges()
        messages.reserveCapacity(commitments.count)
        for item in try items(in: plain) {
            let start = texts.count
            texts.append(contentsOf: prefix[1...])
            texts.append(contentsOf: plain[item.salt])
            texts.append(contentsOf: plain[item.value])
            messages.append(start..<texts.count)
        }
        let digests = messages.digests(in: texts.span, after: Disclosure.firstHashedByte)
        return zip(commitments, digests).map { $0 == $1 }
    }

    private func plain(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [UInt8] {
        try plain(subject: subject, period: period) {
            SealingKey.derive(subject: subject, period: period, group: group)
        }
    }

    private func plain(
        subject: SubjectKey, period: PeriodKey, with key: () -> SymmetricKey
    ) throws(BlockFault) -> [UInt8] {
        guard subject.id == self.subject, period.period == self.period else {
            throw BlockFault(.wrongKey, at: range.lowerBound)
        }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            return Array(
                try AES.GCM.open(box, using: key(), authenticating: associated))
        } catch {
            throw BlockFault(.notAuthentic, at: range.lowerBound)
        }
    }

    /// Where salt and value of each disclosure are: exactly as many as there are commitments.
    private func items(
        in plain: [UInt8]
    ) throws(BlockFault) -> [(salt: Range<Int>, value: Range<Int>)] {
        let fault = BlockFault(.badContent, at: range.lowerBound)
        var items: [(salt: Range<Int>, value: Range<Int>)] = []
        items.reserveCapacity(commitments.count)
        var at = 0
        for _ in commitments {
            let salt = at..<at + Salt.byteCount
            guard let length = BigEndian.read32(plain.span, at: salt.upperBound),
                plain.count - salt.upperBound - 4 >= length
            else { throw fault }
            let start = salt.upperBound + 4
            at = start + Int(length)
            items.append((salt, start..<at))
        }
        guard at == plain.count else { throw fault }
        return items
    }
}
