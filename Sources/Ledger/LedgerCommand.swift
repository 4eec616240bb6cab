// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import SignedNotes

/// Something done to the log between two groups: meanwhile no group is made or written.
///
/// What changes how the next groups are made is a case here, so that all of it passes through one place: other keys that
/// sign; later, a segment that is held or dropped. Keys are destroyed by ``Ledger/carryOut(_:by:account:)``.
package enum LedgerCommand: Sendable {
    /// These keys sign every group from the next on, the log's own first.
    ///
    /// `KeysOverlap`: one of them has signed before, so that nobody who knows only the current keys
    /// is lost at once.
    case sign(with: [NoteSigner])
}

extension Ledger {
    /// Carries out a command between two groups; blocks for one of the writers' turns at most.
    ///
    /// - Throws: why nothing of it was done.
    package func perform(_ command: LedgerCommand) throws(OpenFault) {
        switch command {
        case .sign(let signers): try sign(with: signers)
        }
    }
}
