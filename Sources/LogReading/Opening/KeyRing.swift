// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Disclosures
package import LogFormat

/// The keys of sealed disclosures, as far as the reader was given them.
package struct KeyRing: Sendable {
    package let subjects: KeyStoreImage<SubjectSlot>
    package let periods: KeyStoreImage<PeriodSlot>

    package init(
        subjects: KeyStoreImage<SubjectSlot>, periods: KeyStoreImage<PeriodSlot>
    ) {
        self.subjects = subjects
        self.periods = periods
    }

    /// Whether a block's values can be read, and if not, why.
    package enum Access: Sendable {
        case open(SubjectKey, PeriodKey)
        /// The key was destroyed.
        case erased
        /// There is no such key.
        case missing
    }

    /// The keys of a block.
    package func access(to block: DisclosureBlock) -> Access {
        guard let subject = subjects.slots[block.subject]?.slot,
            let period = periods.slots[block.period]?.slot
        else { return .missing }
        guard let subjectKey = subject.key, let periodKey = period.key else { return .erased }
        return .open(subjectKey, periodKey)
    }
}
