// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding

/// Something that some services do to a path before they look it up.
enum PathChange: CaseIterable {
    case decodeAgain
    case takeSlash
    case takeBackslash
    case cutAtDelimiter
    case dropParameters
    case mergeSlashes
    case trim
    case normalise
    case dropAuthority

    var reading: RequestReading {
        switch self {
        case .decodeAgain: .decodedTwice
        case .takeSlash: .encodedSlash
        case .takeBackslash: .backslash
        case .cutAtDelimiter: .encodedDelimiter
        case .dropParameters: .parameters
        case .mergeSlashes: .mergedSlashes
        case .trim: .trimmed
        case .normalise: .normalised
        case .dropAuthority: .authority
        }
    }

    var makesSlashes: Bool { self == .takeSlash || self == .takeBackslash }

    /// The path after the change; nil if nothing changes.
    func applied(to path: [UInt8]) -> [UInt8]? {
        switch self {
        case .decodeAgain: Self.decodedAgain(path)
        case .takeSlash: Self.replacing(UInt8(ascii: "/"), in: path)
        case .takeBackslash: Self.replacing(UInt8(ascii: "\\"), in: path)
        case .cutAtDelimiter: Self.cut(path)
        case .dropParameters: Self.withoutParameters(path)
        case .mergeSlashes: Self.merged(path)
        case .trim: Self.trimmed(path)
        case .normalise: Self.normalised(path)
        case .dropAuthority: Self.withoutAuthority(path)
        }
    }

    /// What the encoding at `place` stands for.
    private static func decoded(_ path: [UInt8], at place: Int) -> UInt8? {
        guard place + 2 < path.count, path[place] == UInt8(ascii: "%"),
            let high = ASCII.nibble(path[place + 1]), let low = ASCII.nibble(path[place + 2])
        else { return nil }
        return high << 4 | low
    }

    /// Whether a control byte is encoded in the path.
    static func holdsControl(_ path: [UInt8]) -> Bool {
        path.indices.contains { place in
            decoded(path, at: place).map { $0 < 0x20 || $0 == 0x7F } ?? false
        }
    }

    private static func decodedAgain(_ path: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var isChanged = false
        var at = 0
        while at < path.count {
            guard decoded(path, at: at) == UInt8(ascii: "%"), at + 4 < path.count,
                let high = ASCII.nibble(path[at + 3]), let low = ASCII.nibble(path[at + 4])
            else {
                result.append(path[at])
                at += 1
                continue
            }
            isChanged = true
            let byte = high << 4 | low
            if ASCII.isUnreserved(byte) {
                result.append(byte)
            } else {
                result += [UInt8(ascii: "%"), ASCII.hexDigit(high), ASCII.hexDigit(low)]
            }
            at += 5
        }
        return isChanged ? result : nil
    }

    /// With a slash in place of every encoding of `byte`.
    private static func replacing(_ byte: UInt8, in path: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var at = 0
        while at < path.count {
            if decoded(path, at: at) == byte {
                result.append(ASCII.slash)
                at += 3
            } else {
                result.append(path[at])
                at += 1
            }
        }
        return result.count == path.count ? nil : result
    }

    private static func cut(_ path: [UInt8]) -> [UInt8]? {
        let end = path.indices.first { place in
            [UInt8(ascii: "?"), UInt8(ascii: "#")].contains(decoded(path, at: place))
        }
        return end.map { Array(path[..<$0]) }
    }

    /// Without anything from `;`, encoded or not, to the next slash.
    static func withoutParameters(_ path: [UInt8]) -> [UInt8]? {
        let mark = UInt8(ascii: ";")
        var result: [UInt8] = []
        var isWithin = false
        for place in path.indices {
            if path[place] == ASCII.slash { isWithin = false }
            if path[place] == mark || decoded(path, at: place) == mark { isWithin = true }
            if !isWithin { result.append(path[place]) }
        }
        return result.count == path.count ? nil : result
    }

    /// Without two or more slashes at the start and what follows up to the next one: the target as a relative reference
    /// (RFC 3986 §4.2), which URL libraries resolve to a host and a path.
    private static func withoutAuthority(_ path: [UInt8]) -> [UInt8]? {
        let rest = path.drop { $0 == ASCII.slash }
        guard path.count - rest.count > 1, !rest.isEmpty else { return nil }
        let after = rest.drop { $0 != ASCII.slash }
        return after.isEmpty ? [ASCII.slash] : Array(after)
    }

    private static func merged(_ path: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        for byte in path where byte != ASCII.slash || result.last != ASCII.slash {
            result.append(byte)
        }
        return result.count == path.count ? nil : result
    }

    /// With variants of delimiters, dots and spaces replaced by ASCII; a slash or backslash stays encoded, for those
    /// changes that decode it.
    private static func normalised(_ path: [UInt8]) -> [UInt8]? {
        var result: [UInt8] = []
        var isChanged = false
        var at = 0
        while at < path.count {
            guard let (scalar, count) = character(path, at: at),
                let form = CompatibleForm.delimiter(scalar)
            else {
                result.append(path[at])
                at += 1
                continue
            }
            isChanged = true
            at += count
            for byte in form.description.utf8 {
                if ASCII.isUnreserved(byte) || byte == UInt8(ascii: ";") {
                    result.append(byte)
                } else {
                    result += [
                        UInt8(ascii: "%"), ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte & 15),
                    ]
                }
            }
        }
        return isChanged ? result : nil
    }

    /// The character of two or three encoded bytes at `place`, and how many bytes of the path it takes.
    private static func character(
        _ path: [UInt8], at place: Int
    ) -> (scalar: UInt32, count: Int)? {
        guard let lead = decoded(path, at: place), (0xC2...0xEF).contains(lead),
            let second = decoded(path, at: place + 3), second & 0xC0 == 0x80
        else { return nil }
        guard lead >= 0xE0 else { return (UInt32(lead & 0x1F) << 6 | UInt32(second & 0x3F), 6) }
        guard let third = decoded(path, at: place + 6), third & 0xC0 == 0x80 else { return nil }
        return (
            UInt32(lead & 0x0F) << 12 | UInt32(second & 0x3F) << 6 | UInt32(third & 0x3F), 9
        )
    }

    /// Without spaces around segments and dots after them; a segment that only spaces kept from being `..` becomes it.
    private static func trimmed(_ path: [UInt8]) -> [UInt8]? {
        let space = Array("%20".utf8)
        let dot = UInt8(ascii: ".")
        var result: [UInt8] = []
        for var segment in path.dropFirst().split(
            separator: ASCII.slash, omittingEmptySubsequences: false)
        {
            while segment.starts(with: space) { segment = segment.dropFirst(3) }
            while segment.suffix(3).elementsEqual(space) { segment = segment.dropLast(3) }
            if !segment.elementsEqual([dot, dot]) {
                while true {
                    if segment.suffix(3).elementsEqual(space) {
                        segment = segment.dropLast(3)
                    } else if segment.last == dot {
                        segment = segment.dropLast()
                    } else {
                        break
                    }
                }
            }
            result.append(ASCII.slash)
            result.append(contentsOf: segment)
        }
        return result.count == path.count ? nil : result
    }
}
