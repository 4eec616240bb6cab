// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AuditRecords

/// The keys of sealed disclosures, as far as the verifier was given them.
struct KeyRing: Sendable {
    let subjects: KeyStoreImage<SubjectSlot>
    let periods: KeyStoreImage<PeriodSlot>

    /// Whether a block's values can be read, and if not, why.
    enum Access {
        case open(SubjectKey, PeriodKey)
        case erased
        case missing
    }

    func access(to block: DisclosureBlock) -> Access {
        guard let subject = subjects.slots[block.subject]?.slot,
            let period = periods.slots[block.period]?.slot
        else { return .missing }
        guard let subjectKey = subject.key, let periodKey = period.key else { return .erased }
        return .open(subjectKey, periodKey)
    }
}
