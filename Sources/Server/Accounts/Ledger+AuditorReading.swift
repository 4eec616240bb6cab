// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import Accounts
import AuditRecords
import AuditorAPI
import ByteCoding
import Disclosures
import Ledger
import Messages

extension Ledger {
    /// Records that somebody with an account reads the log, and blocks until that is durable.
    ///
    /// - Returns: the record's id.
    func record(
        _ reading: AuditorReading, by reader: AccountIdentity
    ) throws(CommandFailure) -> UniqueID {
        var facts = reading.facts
        facts.about = reading.personal?.subject ?? facts.about
        let record = self.reading(
            reading.kind, facts, text: reading.personal?.text, by: reader.principal)
        try self.record(record)
        return record.uid
    }
}
