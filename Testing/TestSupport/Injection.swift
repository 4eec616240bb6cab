// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Ledger

extension MemoryStorage {
    /// A fault to inject at one changing operation.
    package struct Injection: Sendable {
        /// The fault reported to the ledger; nil if it is told that all went well.
        package var cause: StorageFault.Cause?
        /// How much of the operation happens anyway.
        package var effect: Effect

        package enum Effect: Hashable, Sendable {
            case nothing
            case everything
            /// Only the first bytes of a write.
            case firstBytes(Int)
            /// Visible but not durable: the kernel forgets what a failed sync should have written, and a replaced
            /// file is the old one again after a power cut.
            case unsettled
        }

        package init(_ cause: StorageFault.Cause, effect: Effect) {
            self.cause = cause
            self.effect = effect
        }

        private init(effect: Effect) {
            cause = nil
            self.effect = effect
        }

        /// The ledger is wrongly told that all went well: by a broken disk, or by a planted bug that the simulation
        /// must find.
        package static func lie(_ effect: Effect) -> Injection { Injection(effect: effect) }
    }

    /// A fault to inject at one operation that only reads.
    package enum ReadFault: Sendable {
        case failure(StorageFault.Cause)
        /// This bit of the bytes read, counted from the first and modulo their number, is wrong.
        case flippedBit(Int)
    }
}
