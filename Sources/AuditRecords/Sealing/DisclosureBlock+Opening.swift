// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto

extension DisclosureBlock {
    /// The values that the block holds, in the order of ``commitments``.
    ///
    /// Whether each matches its commitment is for the caller to ask and to report.
    package func open(
        subject: SubjectKey, period: PeriodKey
    ) throws(BlockFault) -> [OpenedDisclosure] {
        guard subject.id == self.subject, period.period == self.period else {
            throw BlockFault(.wrongKey, at: range.lowerBound)
        }
        let plain: [UInt8]
        do {
            let box = try AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: nonce), ciphertext: ciphertext, tag: tag)
            plain = Array(
                try AES.GCM.open(
                    box, using: SealingKey.derive(subject: subject, period: period, group: group),
                    authenticating: associated))
        } catch {
            throw BlockFault(.notAuthentic, at: range.lowerBound)
        }
        return try disclosures(in: plain)
    }

    private func disclosures(in plain: [UInt8]) throws(BlockFault) -> [OpenedDisclosure] {
        let fault = BlockFault(.badContent, at: range.lowerBound)
        var disclosures: [OpenedDisclosure] = []
        var at = 0
        for commitment in commitments {
            let lengthAt = at + Salt.byteCount
            guard let length = BigEndian.read(UInt32.self, from: plain, at: lengthAt),
                plain.count - lengthAt - 4 >= length, let salt = Salt(plain[at..<lengthAt])
            else { throw fault }
            let start = lengthAt + 4
            at = start + Int(length)
            disclosures.append(
                OpenedDisclosure(
                    group: group, subject: subject, salt: salt, value: Array(plain[start..<at]),
                    commitment: commitment))
        }
        guard at == plain.count else { throw fault }
        return disclosures
    }
}
