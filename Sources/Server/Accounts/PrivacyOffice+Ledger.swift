// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import AuditRecords
import AuditorAPI
import Ledger

extension PrivacyOffice {
    /// What people with accounts ask of a log that this process writes.
    static func of(_ ledger: Ledger, _ accounts: AccountOffice) -> PrivacyOffice {
        PrivacyOffice(
            standing: { ledger.privacyStanding },
            carryOut: { facts, person throws(PrivacyObstacle) in
                do throws(PrivacyFault) {
                    return try ledger.carryOut(
                        facts, by: person.principal, account: accounts.book.approver
                    ).uid
                } catch {
                    throw PrivacyObstacle(error.kind, error.description)
                }
            },
            obstacle: { request in
                do throws(PrivacyRefusal) {
                    _ = try ledger.privacyStanding.judged(
                        PrivacyFacts(request.wish.deed, about: request.uid), by: "",
                        account: accounts.book.approver)
                    return nil
                } catch {
                    return PrivacyFault.refused(error).description
                }
            })
    }
}

extension PrivacyFault {
    fileprivate var kind: PrivacyObstacle.Kind {
        switch self {
        case .refused, .unknownKey, .notOver: .refused
        case .notRecorded, .closed: .unrecorded
        case .unfinished: .unfinished
        }
    }
}
