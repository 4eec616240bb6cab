// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Crypto

/// Derivation of the key that seals one subject's values of one period and group.
enum SealingKey {
    /// HKDF-SHA-256 (RFC 5869) of subject key ‖ period key without salt, for the info
    /// `countersign/seal/v1\n` ‖ group (record.md §4.2).
    static func derive(
        subject: SubjectKey, period: PeriodKey, group: CommitGroup
    ) -> SymmetricKey {
        var material: [UInt8] = []
        material.reserveCapacity(SubjectKey.byteCount + PeriodKey.byteCount)
        subject.key.append(to: &material)
        period.key.append(to: &material)
        return HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: material),
            info: Array("countersign/seal/v1\n\(group.rawValue)".utf8), outputByteCount: 32)
    }
}

/// Keys that blocks are sealed with, each derived once: a reader meets few people's, and many blocks of each.
package struct SealingKeys: Sendable {
    private struct Source: Hashable {
        var subject: SubjectID
        var period: Period
        var group: CommitGroup
    }

    private var known: [Source: SymmetricKey] = [:]
    private static let most = 256

    package init() {}

    mutating func key(
        subject: SubjectKey, period: PeriodKey, group: CommitGroup
    ) -> SymmetricKey {
        let source = Source(subject: subject.id, period: period.period, group: group)
        if let key = known[source] { return key }
        let key = SealingKey.derive(subject: subject, period: period, group: group)
        if known.count >= Self.most { known.removeAll(keepingCapacity: true) }
        known[source] = key
        return key
    }
}

extension SymmetricKey {
    /// Appends the key's bytes.
    func append(to bytes: inout [UInt8]) {
        unsafe withUnsafeBytes { own in
            // Safe: the pointer is used only inside the closure, while the key is alive.
            unsafe bytes.append(contentsOf: own)
        }
    }
}
