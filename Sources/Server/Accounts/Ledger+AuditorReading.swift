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
    /// - Returns: what the record calls the question by.
    func record(
        _ reading: AuditorReading, by reader: AccountIdentity
    ) throws(CommandFailure) -> RecordedReading {
        let (record, said) = self.reading(reading.kind, reading.facts, by: reader.principal)
        try self.record(record)
        return said
    }
}
