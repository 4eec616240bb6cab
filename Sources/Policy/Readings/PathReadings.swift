// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding

/// All the ways in which services may read a canonical path, each with the changes that lead to it.
///
/// Everything that services do to paths is applied in every order until nothing new results: `/%252Fadmin;x` is read as
/// `/%2Fadmin`, `//admin`, `/admin` and so on. Letters and the end of a path are compared loosely at lookup: see
/// ``RouteTrie``.
struct PathReadings {
    struct Other: Hashable {
        let path: [UInt8]
        let reading: RequestReading
    }

    /// Why a path is refused without asking about its readings.
    enum Fault: Error, Hashable {
        /// A segment is `..` in one of them, or a control byte appears.
        case leadsElsewhere(RequestReading)
        /// There are more than ``most``.
        case tooMany
    }

    /// More than any honest path has, and few enough that asking about them costs little.
    static let most = 32

    private(set) var others: [Other] = []

    /// - Parameter isSlash: whether `%2F` and `%5C` may be slashes to the service.
    init(of path: Span<UInt8>, isSlash: Bool) throws(Fault) {
        let whole = [UInt8](copying: path)
        var known: Set<[UInt8]> = [whole]
        var found = [Other(path: whole, reading: [])]
        var next = 0
        while next < found.count {
            let (one, reading) = (found[next].path, found[next].reading)
            next += 1
            for change in PathChange.allCases where isSlash || !change.makesSlashes {
                let also = reading.union(change.reading)
                guard let read = change.applied(to: one) else { continue }
                guard let clean = Self.withoutDots(read) else { throw .leadsElsewhere(also) }
                guard known.insert(clean).inserted else { continue }
                guard found.count <= Self.most else { throw .tooMany }
                found.append(Other(path: clean, reading: also))
            }
        }
        others = Array(found.dropFirst())
    }

    /// The path without single-dot segments; nil if one is `..` or contains an encoded control byte.
    private static func withoutDots(_ path: [UInt8]) -> [UInt8]? {
        guard !PathChange.holdsControl(path) else { return nil }
        let dot = UInt8(ascii: ".")
        let segments = path.dropFirst().split(
            separator: ASCII.slash, omittingEmptySubsequences: false)
        guard segments.contains(where: { $0.first == dot && $0.count <= 2 }) else { return path }
        var kept: [UInt8] = []
        for (position, segment) in segments.enumerated() {
            if segment.elementsEqual([dot, dot]) { return nil }
            if segment.elementsEqual([dot]) {
                if position == segments.count - 1 { kept.append(ASCII.slash) }
                continue
            }
            kept.append(ASCII.slash)
            kept.append(contentsOf: segment)
        }
        return kept
    }
}
