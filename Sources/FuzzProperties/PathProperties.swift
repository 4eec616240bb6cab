// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import HTTPWire

/// A canonical path is the canonical path of itself and means what was sent.
enum PathProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        let kept = canonical(input, .keep)
        if let refused = canonical(input, .refuse) {
            try require(
                kept == refused, "a path without encoded slashes is the same either way")
        }
        guard let kept else { return false }
        let bytes = kept.bytes
        try require(
            bytes.first == UInt8(ascii: "/") && bytes.allSatisfy { (0x21...0x7E).contains($0) },
            "a canonical path is visible ASCII from its first slash on")
        try require(canonical(bytes, .keep) == kept, "a canonical path is its own canonical form")
        try require(decoded(bytes) == decoded(input), "a canonical path decodes to what was sent")
        try require(bytes.count <= input.count, "a canonical path is no longer than what was sent")
        let text = decoded(bytes)
        try require(
            String(validating: text, as: UTF8.self) != nil
                && text.allSatisfy { $0 >= 0x20 && $0 != 0x7F },
            "a path decodes to text without control characters")
        let segments = bytes.dropFirst().split(
            separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        for (position, segment) in segments.enumerated() {
            let name = decoded(Array(segment))
            try require(
                !name.elementsEqual(".".utf8) && !name.elementsEqual("..".utf8),
                "no segment names another place")
            try require(
                !segment.isEmpty || position == segments.count - 1,
                "no segment is empty but the last")
        }
        try require(
            kept.traits.contains(.encodedSlash) == (bytes.firstRange(of: Array("%2F".utf8)) != nil),
            "an encoded slash is told")
        return true
    }

    private static func canonical(
        _ path: [UInt8], _ slashes: CanonicalPath.EncodedSlashes
    ) -> CanonicalPath? {
        do {
            return try CanonicalPath(path, encodedSlashes: slashes)
        } catch {
            return nil
        }
    }

    /// Percent-decoding in the plainest way.
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
