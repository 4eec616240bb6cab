// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
package import Disclosures

/// Why something is not done about personal values.
package enum PrivacyRefusal: Error, Hashable, Sendable {
    /// Nothing is named, or more than a record can name.
    case badScope
    /// The values of these belong to no single person.
    case notAPerson(SubjectID)
    case alreadyErased(String)
    case noSuchRequest
    case noSuchHold
    case alreadyApproved
    case needsTwoPersons(TwoPersonRule.Fault)
    /// This hold forbids it.
    case held(by: UniqueID, reference: String?)
    /// Only the ledger itself says so.
    case notForPeople
}

extension PrivacyStanding {
    /// What is recorded, once nothing stands against it: what a request says is taken from there.
    ///
    /// - Parameters:
    ///   - name: who does it.
    ///   - account: what is known of somebody whom the log names.
    package func judged(
        _ facts: PrivacyFacts, by name: String, account: (String) -> Approver
    ) throws(PrivacyRefusal) -> PrivacyFacts {
        guard facts.scope.subjects.count <= PrivacyScope.most,
            facts.scope.periods.count <= PrivacyScope.most
        else { throw .badScope }
        switch facts.deed {
        case .request(let wish):
            try check(wish, facts)
            return facts
        case .approve:
            // Whose word would not count at execution is told so now: a record of it would only look like one more person.
            let request = try request(facts.about)
            let fault = TwoPersonRule().fault(
                of: account(name), requester: account(request.requester), at: request.time)
            if let fault { throw .needsTwoPersons(fault) }
            guard !request.approvers.contains(name) else { throw .alreadyApproved }
            return facts
        case .refuse:
            _ = try request(facts.about)
            return facts
        case .erase: return try approved(facts, .erase, account)
        case .expire: return try approved(facts, .expire, account)
        case .release: return try approved(facts, .release, account)
        case .hold: return facts
        case .done: throw .notForPeople
        }
    }

    private func request(_ uid: UniqueID?) throws(PrivacyRefusal) -> Request {
        guard let request = requests.first(where: { $0.uid == uid }) else {
            throw .noSuchRequest
        }
        return request
    }

    private func check(
        _ wish: PrivacyFacts.Wish, _ facts: PrivacyFacts
    ) throws(PrivacyRefusal) {
        let scope = facts.scope
        switch wish {
        case .erase:
            guard !scope.subjects.isEmpty, scope.periods.isEmpty else { throw .badScope }
            for id in scope.subjects {
                if id == .anonymous || id == .tenant { throw .notAPerson(id) }
                if erasedSubjects.contains(id) { throw .alreadyErased(id.text) }
            }
        case .expire:
            guard scope.subjects.isEmpty, !scope.periods.isEmpty else { throw .badScope }
            for period in scope.periods where erasedPeriods.contains(period) {
                throw .alreadyErased(period.text)
            }
        case .release:
            guard scope.isEmpty else { throw .badScope }
            guard holds.contains(where: { $0.uid == facts.about }) else { throw .noSuchHold }
        }
    }

    private func approved(
        _ facts: PrivacyFacts, _ wish: PrivacyFacts.Wish, _ account: (String) -> Approver
    ) throws(PrivacyRefusal) -> PrivacyFacts {
        let request = try request(facts.about)
        guard request.wish == wish else { throw .noSuchRequest }
        let fault = TwoPersonRule().fault(
            request.approvers.map(account), requester: account(request.requester),
            at: request.time)
        if let fault { throw .needsTwoPersons(fault) }
        if wish != .release {
            try check(wish, PrivacyFacts(.request(wish), scope: request.scope))
            if let hold = hold(forbidding: request.scope) {
                throw .held(by: hold.uid, reference: hold.reference?.text)
            }
        }
        var judged = facts
        judged.scope = wish == .release ? PrivacyScope() : request.scope
        judged.reference = request.reference
        judged.basis = request.basis
        judged.approvers = request.approvers
        return judged
    }
}
