// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A service that reads paths in its own way, to compare with what the rules said about them.
///
/// It works step by step, carelessly and in a fixed order, and shares nothing with the code that it is compared
/// with.
struct NaiveService: CustomStringConvertible {
    /// One bit for each step.
    let habits: Int

    static let all =
        (0..<1 << 11).map(NaiveService.init) + (0..<32).map { NaiveService(habits: 1 << 11 | $0) }

    private func has(_ step: Int) -> Bool { habits >> step & 1 == 1 }

    /// The name of what it serves for a forwarded path.
    func resource(_ path: [UInt8]) -> [UInt8] {
        var bytes = path
        if has(11) { bytes = Self.withoutHost(bytes) }
        if has(0) { bytes = Self.withoutParameters(bytes) }
        bytes = Self.decoded(bytes)
        if has(1) { bytes = Self.decoded(bytes) }
        if has(10) { bytes = Self.normalised(bytes) }
        if has(2) { bytes = Self.withoutParameters(bytes) }
        if has(3) { bytes = bytes.map { $0 == UInt8(ascii: "\\") ? UInt8(ascii: "/") : $0 } }
        if has(4) {
            bytes = Array(bytes.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") })
        }
        var segments = bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
            .dropFirst().map(Array.init)
        if has(5) { segments = segments.map(Self.trimmed) }
        var kept: [[UInt8]] = []
        for segment in segments {
            switch segment {
            case Array(".".utf8): continue
            case Array("..".utf8): kept = kept.dropLast()
            case [] where has(6): continue
            default: kept.append(segment)
            }
        }
        if has(7), let last = kept.last, let dot = last.firstIndex(of: UInt8(ascii: ".")) {
            kept[kept.count - 1] = Array(last[..<dot])
        }
        if has(8), kept.last == [] { kept.removeLast() }
        var name = kept.flatMap { [UInt8(ascii: "/")] + $0 }
        if has(9) { name = name.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 } }
        return name
    }

    /// The path within what is read as a URL without a scheme.
    private static func withoutHost(_ path: [UInt8]) -> [UInt8] {
        guard path.starts(with: "//".utf8) else { return path }
        let parts = path.split(separator: UInt8(ascii: "/"), maxSplits: 1)
        return [UInt8(ascii: "/")] + (parts.count == 2 ? Array(parts[1]) : [])
    }

    private static func decoded(_ path: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var at = 0
        while at < path.count {
            if path[at] == UInt8(ascii: "%"), at + 2 < path.count,
                let byte = UInt8(String(decoding: path[at + 1...at + 2], as: UTF8.self), radix: 16),
                path[at + 1] != UInt8(ascii: "+")
            {
                result.append(byte)
                at += 3
            } else {
                result.append(path[at])
                at += 1
            }
        }
        return result
    }

    /// With ASCII for some variants of it, as by NFKC and Windows code pages.
    private static func normalised(_ path: [UInt8]) -> [UInt8] {
        let forms: [(String, String)] = [
            ("\u{FF0F}", "/"), ("\u{FF0E}", "."), ("\u{2025}", ".."), ("\u{A0}", " "),
            ("\u{A5}", "\\"), ("\u{FF05}", "%"), ("\u{FF1B}", ";"),
        ]
        var rest = path[...]
        var result: [UInt8] = []
        while let byte = rest.first {
            if let form = forms.first(where: { rest.starts(with: $0.0.utf8) }) {
                result += form.1.utf8
                rest = rest.dropFirst(form.0.utf8.count)
            } else {
                result.append(byte)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    private static func withoutParameters(_ path: [UInt8]) -> [UInt8] {
        Array(
            path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .map { $0.prefix { $0 != UInt8(ascii: ";") } }
                .joined(separator: [UInt8(ascii: "/")]))
    }

    private static func trimmed(_ segment: [UInt8]) -> [UInt8] {
        if segment == Array("..".utf8) { return segment }
        let start = segment.drop { $0 == 0x20 }
        let end = start.reversed().drop { $0 == 0x20 || $0 == UInt8(ascii: ".") }.count
        let kept = Array(start.prefix(end))
        // What was two dots and spaces is still the folder above to those who cut spaces first.
        let dots = start.filter { $0 != 0x20 }
        return kept.isEmpty && dots.count == 2 ? dots : kept
    }

    var description: String { "service with habits \(String(habits, radix: 2))" }
}
