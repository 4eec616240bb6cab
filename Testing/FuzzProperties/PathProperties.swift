// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import HTTPWire
internal import Policy

/// A canonical path is the canonical path of itself and means what was sent, also to those who look for either.
enum PathProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        guard let path = canonical(input) else { return false }
        let bytes = path.bytes
        try require(
            bytes.first == UInt8(ascii: "/") && bytes.allSatisfy { (0x21...0x7E).contains($0) },
            "a canonical path is visible ASCII from its first slash on")
        try require(canonical(bytes) == path, "a canonical path is its own canonical form")
        try require(
            decoded(bytes) == withoutDots(decoded(input), input),
            "a canonical path decodes to what was sent, but for single dots")
        try require(
            bytes.count <= 3 * input.count, "a canonical path is at most three times as long")
        try require(
            decoded(bytes).allSatisfy { $0 >= 0x20 && $0 != 0x7F },
            "a path decodes to no control characters")
        let segments = bytes.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for segment in segments {
            let name = decoded(Array(segment))
            try require(
                !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8),
                "no segment names another place")
        }
        try require(
            path.traits.contains(.encodedSlash) == (bytes.firstRange(of: Array("%2F".utf8)) != nil),
            "an encoded slash is told")
        try require(
            path.traits.contains(.emptySegment) == (bytes.firstRange(of: Array("//".utf8)) != nil),
            "an empty segment is told")
        if bytes != input, let sent = String(validating: input, as: UTF8.self) {
            try require(
                SamePath.form(of: String(decoding: bytes, as: UTF8.self))
                    == SamePath.form(of: sent),
                "a canonical path and the one that was sent are found by the same path")
        }
        try ReadingProperties.check(path)
        return true
    }

    private static func canonical(_ path: [UInt8]) -> CanonicalPath? {
        do {
            return try CanonicalPath(path)
        } catch {
            return nil
        }
    }

    /// The decoded path that was sent, without single-dot segments.
    private static func withoutDots(_ whole: [UInt8], _ sent: [UInt8]) -> [UInt8] {
        let segments = sent.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
        ).map { decoded(Array($0)) }
        let dot = [UInt8(ascii: ".")]
        guard segments.contains(dot) else { return whole }
        let kept = segments.filter { $0 != dot } + (segments.last == dot ? [[]] : [])
        return kept.flatMap { [UInt8(ascii: "/")] + $0 }
    }

    /// Percent-decoding in the simplest way.
    private static func decoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var at = 0
        while at < path.count {
            if path[at] == UInt8(ascii: "%"), at + 2 < path.count,
                let high = Hex.nibble(path[at + 1] | (path[at + 1] >= 0x40 ? 0x20 : 0)),
                let low = Hex.nibble(path[at + 2] | (path[at + 2] >= 0x40 ? 0x20 : 0))
            {
                result.append(high << 4 | low)
                at += 3
            } else {
                result.append(path[at])
                at += 1
            }
        }
        return result
    }
}
