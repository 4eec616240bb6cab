// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Merkle

extension DisclosureBlock {
    /// The values that the block holds, in the order of ``commitments``.
    ///
    /// Whether each matches its commitment is for the caller to ask and to report.
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

    /// Whether each of ``commitments`` is what its value and salt lead to: what
    /// ``OpenedDisclosure/matchesCommitment`` says of ``open(subject:period:)``, at a hash each and nothing more.
    package func matches(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [Bool] {
        let plain = try plain(subject: subject, period: period)
        var text = CommitmentText.prefix(group)
        let start = text.count
        var matches: [Bool] = []
        matches.reserveCapacity(commitments.count)
        for (commitment, item) in zip(commitments, try items(in: plain)) {
            text.removeLast(text.count - start)
            text.append(contentsOf: plain[item.salt])
            text.append(contentsOf: plain[item.value])
            matches.append(Hash256(sha256: text) == commitment)
        }
        return matches
    }

    private func plain(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [UInt8] {
        guard subject.id == self.subject, period.period == self.period else {
            throw BlockFault(.wrongKey, at: range.lowerBound)
        }
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            return Array(
                try AES.GCM.open(
                    box, using: SealingKey.derive(subject: subject, period: period, group: group),
                    authenticating: associated))
        } catch {
            throw BlockFault(.notAuthentic, at: range.lowerBound)
        }
    }

    /// Where salt and value of each disclosure lie: as many as there are commitments, and nothing besides.
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
