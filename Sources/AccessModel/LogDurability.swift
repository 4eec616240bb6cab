// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What an acknowledged record survives: `durability.mode` of the records that say how a boot writes.
package enum LogDurability: String, CaseIterable, Sendable {
    /// It is on stable storage: it survives a power cut.
    case synced
    /// The kernel has it, and the disk soon: it survives the end of the process, not a power cut.
    case written
}
