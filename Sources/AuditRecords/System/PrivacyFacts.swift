// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures

/// What somebody does about personal values: `privacy` of the records `privacy.…`, and `erase` of those that erase.
///
/// Nothing personal is in it: subjects are opaque ids, texts are words or references of ``PrivacyReference``.
package struct PrivacyFacts: Hashable, Sendable {
    /// What is done.
    package enum Deed: Hashable, Sendable {
        /// Somebody asks for something that takes two persons.
        case request(Wish)
        /// One more person is for a request.
        case approve
        /// A request is turned down.
        case refuse(RefusalGround)
        /// Keys of subjects are about to be destroyed.
        case erase
        /// Keys of periods are about to be destroyed.
        case expire
        /// They are destroyed.
        case done
        /// Nothing of the scope may be destroyed from here on.
        case hold
        /// A hold is over.
        case release
    }

    /// What a request is for: `privacy.wants`.
    package enum Wish: String, CaseIterable, Sendable {
        case erase
        case expire
        case release

        /// What carries it out.
        package var deed: Deed {
            switch self {
            case .erase: .erase
            case .expire: .expire
            case .release: .release
            }
        }
    }

    package var deed: Deed
    /// The record that this one is about: a request, a hold, an erasure.
    package var about: UniqueID?
    package var scope: PrivacyScope
    /// The number of the case that it belongs to.
    package var reference: PrivacyReference?
    package var basis: ErasureBasis?
    /// Who was for it, as the log names them; in what only two persons may do.
    package var approvers: [String]
    /// How many sealed values an erasure reaches, and the indices up to which they were counted.
    package var values: UInt64?
    package var range: String?

    package init(
        _ deed: Deed, about: UniqueID? = nil, scope: PrivacyScope = PrivacyScope(),
        reference: PrivacyReference? = nil, basis: ErasureBasis? = nil, approvers: [String] = [],
        values: UInt64? = nil, range: String? = nil
    ) {
        self.deed = deed
        self.about = about
        self.scope = scope
        self.reference = reference
        self.basis = basis
        self.approvers = approvers
        self.values = values
        self.range = range
    }
}

/// Whose values, of which months; a hold of neither is one of everything.
package struct PrivacyScope: Hashable, Sendable {
    /// How many ids of each kind a record can name.
    package static let most = RecordLimits.arrayItems

    package var subjects: [SubjectID]
    package var periods: [Period]

    package init(subjects: [SubjectID] = [], periods: [Period] = []) {
        self.subjects = subjects
        self.periods = periods
    }

    package var isEmpty: Bool { subjects.isEmpty && periods.isEmpty }
}

/// Why something is erased: `privacy.basis`, GDPR Article 17(1), or the end of its keeping.
package enum ErasureBasis: String, CaseIterable, Sendable {
    case noLongerNecessary = "no_longer_necessary"
    case consentWithdrawn = "consent_withdrawn"
    case objection
    case unlawful
    case legalObligation = "legal_obligation"
    case child
    /// Article 5(1)(e): it was to be kept for so long and no longer.
    case retention
}

/// Why nothing is erased: `privacy.ground`, GDPR Article 17(3).
package enum RefusalGround: String, CaseIterable, Sendable {
    case freedomOfExpression = "freedom_of_expression"
    case legalObligation = "legal_obligation"
    case publicHealth = "public_health"
    case archiving
    case legalClaims = "legal_claims"
    /// Nobody is found to whom the request could apply, or who asks is not that person (Articles 11 and 12).
    case notIdentified = "not_identified"
}
