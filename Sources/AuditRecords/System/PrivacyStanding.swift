// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
internal import Merkle

/// What the records `privacy.…` of a log come to, taken in their order: what is erased, what is asked for, what is held.
package struct PrivacyStanding: Hashable, Sendable {
    /// Something that takes two persons, and was neither done nor turned down.
    package struct Request: Hashable, Sendable {
        package var uid: UniqueID
        package var wish: PrivacyFacts.Wish
        /// The hold to be released.
        package var about: UniqueID?
        package var scope: PrivacyScope
        package var reference: PrivacyReference?
        package var basis: ErasureBasis?
        package var time: UTCInstant
        package var requester: String
        /// Who is for it, as the log names them, each once.
        package var approvers: [String]
    }

    /// Something that must not be destroyed.
    package struct Hold: Hashable, Sendable {
        package var uid: UniqueID
        package var scope: PrivacyScope
        package var reference: PrivacyReference?

        package init(uid: UniqueID, scope: PrivacyScope, reference: PrivacyReference?) {
            self.uid = uid
            self.scope = scope
            self.reference = reference
        }

        /// Whether it forbids that these keys are destroyed.
        ///
        /// What is held of a subject is sealed under the keys of all its months, and what is held of a month under those
        /// of all its subjects: a hold of either forbids to destroy keys of the other kind.
        package func forbids(_ other: PrivacyScope) -> Bool {
            if scope.isEmpty { return true }
            let shares =
                scope.subjects.contains(where: other.subjects.contains)
                || scope.periods.contains(where: other.periods.contains)
            let crosses =
                !scope.subjects.isEmpty && !other.periods.isEmpty
                || !scope.periods.isEmpty && !other.subjects.isEmpty
            return shares || crosses
        }
    }

    /// An erasure that is recorded and not yet done.
    package struct Pending: Hashable, Sendable {
        package var uid: UniqueID
        package var scope: PrivacyScope

        package init(uid: UniqueID, scope: PrivacyScope) {
            self.uid = uid
            self.scope = scope
        }
    }

    /// The newest erasure, for whoever holds values that were opened before it.
    package struct Erasure: Hashable, Sendable {
        package var index: UInt64
        package var time: UTCInstant
        /// The record by which its keys are known to be gone; whoever read the log up to here may have seen them.
        package var settled: UInt64

        package init(index: UInt64, time: UTCInstant, settled: UInt64) {
            self.index = index
            self.time = time
            self.settled = settled
        }
    }

    package private(set) var requests: [Request] = []
    package private(set) var holds: [Hold] = []
    package private(set) var pending: [Pending] = []
    /// Every subject and month whose key is destroyed, or about to be.
    package private(set) var erasedSubjects: Set<SubjectID> = []
    package private(set) var erasedPeriods: Set<Period> = []
    /// Where the newest of the records is.
    package private(set) var newest: UInt64?
    /// Nil where nothing was erased.
    package private(set) var newestErasure: Erasure?

    package init() {}

    /// Open requests for the same: more of them do nothing more.
    package func requests(likewise wish: PrivacyFacts.Wish, _ scope: PrivacyScope, about: UniqueID?)
        -> [Request]
    {
        requests.filter {
            $0.wish == wish && $0.about == about
                && Set($0.scope.subjects) == Set(scope.subjects)
                && Set($0.scope.periods) == Set(scope.periods)
        }
    }

    /// Takes the next record of the log; those that are none of these change nothing.
    package mutating func take(_ record: Record) {
        guard let facts = PrivacyFacts(record), let uid = record.uid, let index = record.index
        else { return }
        take(
            facts, uid: uid, at: index.value,
            time: record.time ?? UTCInstant(microseconds: 0), actor: record.actor ?? "")
    }

    /// Takes what was just recorded.
    package mutating func take(
        _ facts: PrivacyFacts, uid: UniqueID, at index: UInt64, time: UTCInstant, actor: String
    ) {
        newest = max(newest ?? 0, index)
        switch facts.deed {
        case .request(let wish):
            requests.append(
                Request(
                    uid: uid, wish: wish, about: facts.about, scope: facts.scope,
                    reference: facts.reference, basis: facts.basis, time: time, requester: actor,
                    approvers: [actor]))
        case .approve:
            guard let place = requests.firstIndex(where: { $0.uid == facts.about }),
                !requests[place].approvers.contains(actor)
            else { return }
            requests[place].approvers.append(actor)
        case .refuse: close(facts.about)
        case .erase, .expire:
            close(facts.about)
            pending.append(Pending(uid: uid, scope: facts.scope))
            erasedSubjects.formUnion(facts.scope.subjects)
            erasedPeriods.formUnion(facts.scope.periods)
            newestErasure = Erasure(index: index, time: time, settled: index)
        case .done:
            pending.removeAll { $0.uid == facts.about }
            newestErasure?.settled = index
        case .hold:
            holds.append(Hold(uid: uid, scope: facts.scope, reference: facts.reference))
        case .release:
            // A release names its request, and that the hold.
            let request = requests.first { $0.uid == facts.about }
            holds.removeAll { $0.uid == request?.about }
            close(facts.about)
        }
    }

    private mutating func close(_ request: UniqueID?) {
        requests.removeAll { $0.uid == request }
    }

    /// The first hold that forbids to destroy these keys.
    package func hold(forbidding scope: PrivacyScope) -> Hold? {
        holds.first { $0.forbids(scope) }
    }

    /// How it stands about somebody.
    package enum State: String, CaseIterable, Sendable {
        case erased
        case held
        /// Somebody asks that they are erased.
        case requested
        case kept
    }

    package func state(of id: SubjectID) -> State {
        if erasedSubjects.contains(id) { return .erased }
        if hold(forbidding: PrivacyScope(subjects: [id])) != nil { return .held }
        return requests.contains { $0.scope.subjects.contains(id) } ? .requested : .kept
    }
}
