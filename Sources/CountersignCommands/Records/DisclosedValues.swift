// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Merkle
import SystemPackage
import Verification

/// The personal values of a log on this host, opened with its own keys.
///
/// What cannot be opened, because its key is gone or it was sealed elsewhere, is simply not there: judging
/// that is the verifier's work.
struct DisclosedValues {
    private var values: [Hash256: JSONValue] = [:]

    /// - Parameter directory: of the log.
    init(directory: FilePath, segments: Range<UInt64>) throws(LogReadFailure) {
        let subjects = KeyStoreImage<SubjectSlot>(
            try ReadableFile.contents(ifAny: directory.appending("keys").appending("subjects"))
                ?? [])
        let periods = KeyStoreImage<PeriodSlot>(
            try ReadableFile.contents(ifAny: directory.appending("keys").appending("periods")) ?? []
        )
        for number in segments {
            let path = directory.pushing(FilePath(LogLayout.disclosures(SegmentNumber(number))))
            guard let bytes = try ReadableFile.contents(ifAny: path) else { continue }
            for block in DisclosureBlock.scan(bytes).blocks {
                guard let subject = subjects.slots[block.subject]?.slot.key,
                    let period = periods.slots[block.period]?.slot.key
                else { continue }
                open(block, subject: subject, period: period)
            }
        }
    }

    private mutating func open(
        _ block: DisclosureBlock, subject: SubjectKey, period: PeriodKey
    ) {
        let opened: [OpenedDisclosure]
        do { opened = try block.open(subject: subject, period: period) } catch { return }
        for disclosure in opened where disclosure.matchesCommitment {
            do {
                values[disclosure.commitment] = try JSONParser.parse(
                    disclosure.value, as: .canonical, deepest: 6)
            } catch { continue }
        }
    }

    /// One value of a record's group, such as `actor.name`.
    func text(_ name: String, _ group: CommitGroup, of record: Record) -> String? {
        record.commitments[group].flatMap { values[$0] }?[name]?.string
    }
}
