// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What can be read of a refused head: for people looking for the reason.
///
/// Nothing here is trusted, routed or forwarded. Made only when a head is refused.
package struct RefusedHead: Hashable, Sendable {
    /// The kind of line that the byte at fault is in.
    package enum Place: Hashable, Sendable {
        case startLine
        /// A field, counted from 1; with its name in lower case if it has one.
        case field(Int, name: String?)
    }

    package let place: Place
    /// What is wrong at the byte at fault, if that byte and its line show it.
    package let fault: String?
    /// Whether there is a field named `Host`.
    package let hasHost: Bool
    /// The method, if the first line begins with what may be one.
    package let method: String?
    /// The path as it was sent, up to a bound, without what follows `?` and `#`; empty if there is
    /// none to be found.
    package let path: [UInt8]
    package let query: [UInt8]
    /// The value of the first `Host`, up to a bound.
    package let host: [UInt8]

    /// - Parameters:
    ///   - head: what arrived of the head, from its first byte.
    ///   - offset: where the byte at fault is.
    ///   - kind: what was found there; nil for a head that did not end, and for a service's.
    package init(_ head: ArraySlice<UInt8>, at offset: Int, kind: RequestFault.Kind? = nil) {
        let fault = min(head.startIndex + max(0, offset), head.endIndex)
        var lines: [ArraySlice<UInt8>] = []
        var at = head.startIndex
        var found: (line: Int, start: Int)?
        while at < head.endIndex {
            let feed = head[at...].firstIndex(of: Byte.lineFeed) ?? head.endIndex
            let isEmpty = head[at..<feed].allSatisfy { $0 == Byte.carriageReturn }
            // The one empty line that may come first does not count.
            if !isEmpty || !lines.isEmpty { lines.append(head[at..<feed]) }
            if found == nil, fault <= feed { found = (max(0, lines.count - 1), at) }
            at = feed + 1
            if isEmpty, lines.count > 1 { break }
        }
        let line = found ?? (max(0, lines.count - 1), head.startIndex)
        place =
            line.line == 0
            ? .startLine
            : .field(line.line, name: lines.dropFirst(line.line).first.flatMap(Self.name))
        let content = lines.isEmpty ? head.prefix(0) : lines[line.line]
        self.fault = Self.words(
            FaultyLine(content, at: fault, in: head, isStartLine: line.line == 0), kind)
        let hosts = lines.dropFirst().filter { Self.name($0) == "host" }
        hasHost = !hosts.isEmpty
        host = hosts.first.map(Self.value) ?? []
        (path, query) = lines.first.map(Self.target) ?? ([], [])
        let word = lines.first?.prefix { $0 != Byte.space } ?? []
        let isMethod =
            (1...Self.longestName).contains(word.count)
            && word.allSatisfy { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "-") }
        method = isMethod ? String(decoding: word, as: UTF8.self) : nil
    }

    /// The most of a path, a query or a host that is worth keeping: more than a record holds, so that one which is cut
    /// there is known to be longer.
    private static let most = 4_096
    /// No field has a longer name; what is longer is something else followed by a colon.
    private static let longestName = 40

    /// A line's name, if what precedes its colon is one.
    private static func name(_ line: ArraySlice<UInt8>) -> String? {
        guard let colon = line.firstIndex(of: Byte.colon) else { return nil }
        var name = line[..<colon]
        while let last = name.last, Byte.isBlank(last) { name.removeLast() }
        guard (1...longestName).contains(name.count),
            name.allSatisfy({ ByteSet.plainName.contains($0) || $0 == UInt8(ascii: "_") })
        else { return nil }
        return String(decoding: name.map(Byte.lower), as: UTF8.self)
    }

    /// A host, without what precedes it and may be a password.
    private static func value(_ line: ArraySlice<UInt8>) -> [UInt8] {
        guard let colon = line.firstIndex(of: Byte.colon) else { return [] }
        let value = line[(colon + 1)...].filter { $0 > Byte.space }
        let sign = value.lastIndex(of: UInt8(ascii: "@"))
        return value[(sign.map { $0 + 1 } ?? 0)...].prefix(most).map(Byte.lower)
    }

    /// Path and query of a request line whose target has a path.
    private static func target(
        _ line: ArraySlice<UInt8>
    ) -> (path: [UInt8], query: [UInt8]) {
        let words = line.split(separator: Byte.space)
        guard words.count >= 2, words[0].allSatisfy(ByteSet.token.contains) else { return ([], []) }
        var target = words[1]
        if target.first != Byte.slash {
            // An absolute target's authority may hold a password, and is no part of the path.
            let mark = Array("://".utf8)
            guard
                let start = target.indices.first(where: { target[$0...].starts(with: mark) })
            else { return ([], []) }
            target = target[(start + mark.count)...]
            target = target[(target.firstIndex(of: Byte.slash) ?? target.endIndex)...]
        }
        let whole = target.prefix { $0 != Byte.hash && $0 != Byte.carriageReturn }
        let path = whole.prefix { $0 != Byte.question }
        return (Array(path.prefix(most)), Array(whole.dropFirst(path.count + 1).prefix(most)))
    }
}

extension RefusedHead {
    /// Where the fault is, in our own words: for records and messages, including a name that the
    /// client sent.
    package func words(at offset: Int) -> String { text(offset, names: { $0 }) }

    /// The same for the client: an unknown field is only numbered, so that nothing is reflected.
    package func wordsForClient(at offset: Int) -> String {
        text(offset) { name in
            let bytes = Array(name.utf8)
            let known = KnownFieldTable.shared.field(bytes.span, 0..<bytes.count)
            return known == .other || known == .disguised || known.isFamily ? nil : name
        }
    }

    private func text(_ offset: Int, names: (String) -> String?) -> String {
        let what = fault.map { $0 + " at byte" } ?? "byte"
        switch place {
        case .startLine: return "\(what) \(offset) of the head, in its first line"
        case .field(let position, let name):
            let shown = name.flatMap(names).map { "field \($0)" } ?? "field \(position)"
            return "\(what) \(offset) of the head, in \(shown)"
        }
    }
}
