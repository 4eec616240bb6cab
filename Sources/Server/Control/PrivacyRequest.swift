// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
package import Accounts
package import AuditRecords
package import ByteCoding
import Disclosures
package import Ledger
package import Merkle

extension PrivacyFacts {
    /// What a command asks the server to do about personal values.
    ///
    /// - Parameter person: the number of whoever runs it, where they act as another user.
    package func request(by person: UInt32) -> JSONValue {
        var members = [
            JSONMember("do", .string("privacy")), JSONMember("as", .string(action.rawValue)),
            JSONMember("person", .integer(Int64(person))),
            JSONMember("subjects", .array(scope.subjects.map { .string($0.text) })),
            JSONMember("periods", .array(scope.periods.map { .string($0.text) })),
        ]
        if let about { members.append(JSONMember("about", .string(about.text))) }
        if let reference { members.append(JSONMember("reference", .string(reference.text))) }
        if let basis { members.append(JSONMember("basis", .string(basis.rawValue))) }
        if let values { members.append(JSONMember("values", .integer(Int64(clamping: values)))) }
        if let range { members.append(JSONMember("range", .string(range))) }
        switch deed {
        case .request(let wish): members.append(JSONMember("wants", .string(wish.rawValue)))
        case .refuse(let ground): members.append(JSONMember("ground", .string(ground.rawValue)))
        case .approve, .erase, .expire, .done, .hold, .release: break
        }
        return .object(members)
    }

    /// The same read back; nil where it does not say what is to be done.
    init?(_ request: JSONValue) {
        let deed: Deed
        switch request["as"]?.string.flatMap({ EventAction(rawValue: $0) }) {
        case .privacyRequest:
            guard let wish = request["wants"]?.string.flatMap({ Wish(rawValue: $0) }) else {
                return nil
            }
            deed = .request(wish)
        case .privacyApprove: deed = .approve
        case .privacyRefuse:
            guard let ground = request["ground"]?.string.flatMap({ RefusalGround(rawValue: $0) })
            else { return nil }
            deed = .refuse(ground)
        case .privacyErase: deed = .erase
        case .privacyExpire: deed = .expire
        case .privacyHold: deed = .hold
        case .privacyRelease: deed = .release
        default: return nil
        }
        var scope = PrivacyScope()
        for item in request["subjects"]?.array ?? [] {
            // A hold of one id less would be another hold.
            guard let id = item.string.flatMap({ SubjectID($0) }) else { return nil }
            scope.subjects.append(id)
        }
        for item in request["periods"]?.array ?? [] {
            guard let period = item.string.flatMap({ Period($0.utf8) }) else { return nil }
            scope.periods.append(period)
        }
        let reference = request["reference"]?.string
        let number = reference.flatMap { PrivacyReference($0) }
        guard reference == nil || number != nil else { return nil }
        self.init(
            deed, about: request["about"]?.string.flatMap { UniqueID($0) }, scope: scope,
            reference: number,
            basis: request["basis"]?.string.flatMap { ErasureBasis(rawValue: $0) },
            values: request["values"]?.integer.flatMap { UInt64(exactly: $0) },
            range: request["range"]?.string)
    }
}

extension Ledger {
    /// Does something about personal values for somebody on this host.
    ///
    /// Who may write to the server's socket could write the log itself, so their word for who they are is as good as it
    /// gets.
    ///
    /// - Parameter accounts: those of others who are for it.
    package func carryOut(
        _ facts: PrivacyFacts, byHostUser person: UInt32, accounts: AccountBook
    ) throws(PrivacyFault) -> (uid: UniqueID, index: LeafIndex) {
        try carryOut(facts, by: .hostUser(person), account: accounts.approver)
    }
}
