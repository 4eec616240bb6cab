// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What fields ask a service to do differently from the request line.
extension RequestHead {
    /// The methods that fields ask the request to be treated as, in upper case as services read
    /// them.
    package var methodOverrides: [String] {
        guard !section.seen.isDisjoint(with: .methodOverrides) else { return [] }
        return section.fields.filter { KnownFieldSet.methodOverrides.contains($0.known) }
            .flatMap { string(of: $0.value).split(separator: ",") }
            .map { method in
                var text = method
                while text.last == " " || text.last == "\t" { text.removeLast() }
                return text.drop { $0 == " " || $0 == "\t" }.uppercased()
            }
            .filter { !$0.isEmpty }
    }

    /// Whether the client asks to switch to a web socket (RFC 9110 §7.8, RFC 6455 §4.1).
    package var asksWebSocket: Bool {
        guard version == .http11, has(.upgrade) else { return false }
        return section.fields.contains { field in
            field.known == .upgrade && field.isNominated
                && string(of: field.value).lowercased().contains("websocket")
        }
    }

    /// Whether sending it twice could do more than sending it once, whatever its method.
    package var asksForAnotherMethod: Bool { !section.seen.isDisjoint(with: .methodOverrides) }

    /// The same request with its path freed of empty segments.
    package func mergingSlashes() -> RequestHead {
        var bytes = bytes
        let start = bytes.count
        for byte in self.bytes[path.range]
        where byte != Byte.slash || bytes.count == start || bytes[bytes.count - 1] != Byte.slash {
            bytes.append(byte)
        }
        let end = bytes.count
        var query: ByteSlice?
        if let sent = self.query {
            bytes.append(Byte.question)
            bytes.append(contentsOf: self.bytes[sent.range])
            query = ByteSlice(end + 1..<bytes.count)
        }
        let head = copy()
        head.bytes = bytes
        head.target = ByteSlice(start..<bytes.count)
        head.path = ByteSlice(start..<end)
        head.pathTraits.remove(.emptySegment)
        head.query = query
        return head
    }
}
