// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Starts of the proxy that acknowledged records before they were on the disk (`log.durability: written`): a choice that the
/// log says of itself, and no finding.
package struct UnsyncedStarts: Hashable, Sendable {
    /// How many there are.
    package internal(set) var count = 0
    /// After how many of them acknowledged records may be missing: they were cut off, and whether the power went, nobody
    /// can tell.
    package internal(set) var cutOff = 0

    /// What every verdict that covers them says.
    var lines: [String] {
        guard count > 0 else { return [] }
        let starts = count == 1 ? "1 start" : "\(count) starts"
        let choice =
            "\(starts) acknowledged records before they were on the disk (log.durability: written)"
        guard cutOff > 0 else { return [choice] }
        return [
            choice,
            "\(cutOff) of these cut off: the last records acknowledged may be missing, if the power went",
        ]
    }
}
