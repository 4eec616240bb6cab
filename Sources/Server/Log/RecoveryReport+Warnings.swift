// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
package import Ledger

extension RecoveryReport {
    /// What must be brought to the attention of whoever starts the server; also in `recovery` of the record log.start.
    package var warnings: [String] {
        var warnings: [String] = []
        if unsignedRecords > 0 {
            warnings.append(
                "\(unsignedRecords) records behind the newest checkpoint were left out: no checkpoint of this copy covers them"
            )
        }
        switch unsynced {
        case nil: break
        case .possible:
            warnings.append(
                "the boot before acknowledged records before their sync (log.durability: written) and was cut off: if the power went, and not only the process, its last records may be missing"
            )
        case .lost:
            warnings.append(
                "the power went while the boot before acknowledged records before their sync (log.durability: written): some that were acknowledged are lost"
            )
        }
        if forgottenErasures > 0 {
            warnings.append(
                "this copy of the log is older than the erasure of \(forgottenErasures) keys, which log.state remembers: they are destroyed again before anything can be opened, and records say so"
            )
        }
        if mayHaveLostErasures {
            warnings.append(
                "nothing remembers what was erased after the newest record of this copy, as log.state is new: carry those erasures out again (`countersign privacy erase`)"
            )
        }
        if revivedKeys > forgottenErasures {
            warnings.append(
                "\(revivedKeys - forgottenErasures) keys of personal values that had been destroyed are there again, as in an older copy of keys/subjects or keys/periods; a start destroys them anew before it uses any: destroy that copy, too"
            )
        }
        if !restoredFiles.isEmpty {
            warnings.append(
                "bytes that had been published were missing and were restored from the commit journal: \(restoredFiles.joined(separator: ", "))"
            )
        }
        return warnings
    }
}
