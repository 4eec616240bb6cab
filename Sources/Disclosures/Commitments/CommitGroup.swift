// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What belongs together when personal values are disclosed or withheld: a member of `commit`.
package enum CommitGroup: String, CaseIterable, Sendable {
    /// Name and e-mail of the actor.
    case who
    /// Where the request came from.
    case `where`
    /// Which resource it asked for.
    case what
    /// Parts of its content.
    case payload

    /// The byte that stands for the group in a disclosure block.
    package var code: UInt8 {
        switch self {
        case .who: 1
        case .where: 2
        case .what: 3
        case .payload: 4
        }
    }

    /// The group of a ``code``.
    package init?(code: UInt8) {
        switch code {
        case 1: self = .who
        case 2: self = .where
        case 3: self = .what
        case 4: self = .payload
        default: return nil
        }
    }
}
