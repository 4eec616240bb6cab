// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Disclosures

/// The groups of personal values that an access commits to, as bits of one number.
enum CommitGroupBits {
    /// In the order of their bits, which stays.
    private static let groups: [(group: CommitGroup, member: LeafMember)] = [
        (.who, .who), (.where, .place), (.what, .what), (.payload, .payload),
    ]

    /// The number of the groups whose members are there.
    static func of(_ isThere: (LeafMember) -> Bool) -> Int64 {
        var bits: Int64 = 0
        for (place, group) in groups.enumerated() where isThere(group.member) {
            bits |= 1 << Int64(place)
        }
        return bits
    }

    /// The numbers of accesses with at least one group that fits.
    static func numbers(_ fits: (String) -> Bool) -> Set<Int64> {
        let wanted = groups.enumerated().filter { fits($0.element.group.rawValue) }
            .reduce(into: Int64(0)) { $0 |= 1 << Int64($1.offset) }
        return Set((1..<Int64(1) << Int64(groups.count)).filter { $0 & wanted != 0 })
    }
}
