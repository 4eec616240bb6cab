// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import AuditRecords
import AuditorAPI
import ByteCoding
import Ledger
import Logging
import Merkle
import SignedNotes

extension LiveLog {
    /// The log that a server writes.
    static func of(_ server: ProxyServer, _ origin: String, _ logger: Logger) -> LiveLog {
        let (ledger, check) = (server.ledger, server.services.check)
        return LiveLog(
            growth: { await ledger.feed.size(after: TreeSize($0))?.count },
            check: { (check.standing, check.next) }, hurry: { check.hurry() },
            facts: {
                let privacy = ledger.privacyStanding
                return Facts(
                    origin: origin, boot: ledger.boot, keys: ledger.signingKeys,
                    unrecorded: ledger.counters.dropped, lost: ledger.lostRecords,
                    holds: privacy.holds.count, requests: privacy.requests.count,
                    clock: LedgerClock.system.facts(),
                    durability: ledger.status.durability.rawValue,
                    obstacle: ledger.obstacle(patience: AdminConsole.patience)?.description)
            }, erasure: { ledger.privacyStanding.newestErasure }, warn: { logger.warning("\($0)") })
    }
}
