// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Where the stock decoder refuses or reads otherwise what ours accepts, and why ours is right.
///
/// Each is recognised by its cause, not by its symptom alone, so that nothing else hides behind it.
enum KnownDifference: CaseIterable {
    /// It knows 35 methods, `PRI` only as the beginning of HTTP/2; RFC 9110 §9.1 lets methods be added.
    /// Ours takes any upper-case token, and routes name the ones that they serve.
    case methodItDoesNotKnow
    /// It obeys `Content-Length`, `Transfer-Encoding` and `Connection` in trailers, or refuses them.
    /// RFC 9110 §6.5.1 has them ignored there; ours drops all trailers.
    case controlsInTrailers
    /// It takes `Connection: close` of an interim response for the end of the connection. RFC 9110 §15.2
    /// promises the final response, and that one says whether the connection ends.
    case interimClose
    /// It does not tell a response to HEAD from one that ends by closing when it says whether the
    /// connection stays. Without a body it does not matter how one would have been measured.
    case bodilessAnswer
    /// It refuses blanks and quotes in chunk extensions, which RFC 9112 §7.1.1 has recipients pass over.
    case chunkExtension
    /// It keeps a connection whose last answer names an option that is no name; ours closes it.
    case unreadableOption
    /// It obeys `Proxy-Connection`, which is in no RFC and which ours drops.
    case proxyConnection
    /// `Connection` says both `close` and `keep-alive`; with HTTP/1.0 it stays, ours closes.
    case contradiction
    /// It takes a blank after the last option of `Connection` for a part of it.
    case blankAfterOption
    /// It stops reading after a request that asks for another protocol. Ours drops `Upgrade` and goes
    /// on; RFC 9110 §7.8 lets a server ignore it.
    case upgrade

    /// It refuses a minor version that it does not know; RFC 9110 §2.5 has it served as 1.1.
    case laterVersion
    /// It refuses bytes beyond ASCII in a target, which ours encodes in the path and passes on in the query.
    case opaqueTarget
    /// It refuses blanks in the line of a chunk's size, which RFC 9112 §7.1.1 allows around extensions.
    case blankInSizeLine
    /// It refuses an answer that ours understands, or a chunk of one. Ours is generous towards services
    /// because it writes every answer anew, and what it writes the stock decoder has to accept.
    case generosity

    /// The difference that explains what was found at a message of `ours`, if one does.
    static func explaining(
        _ index: Int, ours: ReadConnection, stock: ReadConnection, bytes: [UInt8], method: String?
    ) -> KnownDifference? {
        allCases.first { known in
            known.explains(index, ours: ours, stock: stock, bytes: bytes, method: method)
        }
    }

    private func explains(
        _ index: Int, ours: ReadConnection, stock: ReadConnection, bytes: [UInt8], method: String?
    ) -> Bool {
        let message = ours.messages[index]
        let isMissing = index >= stock.messages.count
        let connection = message.values("connection").joined(separator: ",").lowercased()
        switch self {
        case .methodItDoesNotKnow:
            let name = String(message.start.prefix { $0 != " " })
            return method == nil && isMissing && !Words.methodsOfStock.contains(name)
        case .controlsInTrailers:
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            let tail = text.components(after: "\r\n\r\n")
            return
                (isMissing || !stock.messages[index].isComplete
                || !stock.messages[index].keepsAlive)
                && ours.messages[...index].contains { !$0.values("transfer-encoding").isEmpty }
                && ["content-length:", "transfer-encoding:", "connection:"]
                    .contains { tail.contains($0) }
        case .interimClose:
            let text = String(decoding: bytes, as: UTF8.self).lowercased()
            return method != nil && isMissing && text.hasPrefix("http/1.1 1")
                && text.contains("connection:") && text.contains("close")
        case .bodilessAnswer:
            return method == "HEAD" && !isMissing && message.keepsAlive
                && !stock.messages[index].keepsAlive
        case .chunkExtension:
            let text = String(decoding: bytes, as: UTF8.self)
            return stock.fault != nil
                && text.contains(/[0-9a-fA-F][\t ]*;[^\r\n]*["\t ]|[0-9a-fA-F][\t ]+;/)
        case .unreadableOption:
            return method != nil && !isMissing && !message.keepsAlive
                && connection.contains(/["(),\/:;<=>?@\[\\\]{}]|[^,\t ][\t ]+[^,\t ]/)
        case .laterVersion:
            let text = String(decoding: bytes, as: UTF8.self)
            return isMissing && (2...9).contains { text.contains("HTTP/1.\($0)") }
        case .opaqueTarget:
            return method == nil && isMissing && bytes.contains { $0 >= 0x80 }
        case .blankInSizeLine:
            return !message.values("transfer-encoding").isEmpty && !isMissing
                && !stock.messages[index].isComplete
        case .generosity:
            return method != nil && stock.fault != nil
                && (isMissing || message.body.starts(with: stock.messages[index].body))
        case .proxyConnection:
            let before = ours.messages[...index]
            return before.contains { !$0.values("proxy-connection").isEmpty }
                && (isMissing || message.keepsAlive != stock.messages[index].keepsAlive)
        case .contradiction:
            return connection.contains("close") && connection.contains("keep-alive")
                && !isMissing && !message.keepsAlive
        case .blankAfterOption:
            let lines = String(decoding: bytes, as: UTF8.self).lowercased().split(separator: "\r\n")
            return !isMissing && message.keepsAlive != stock.messages[index].keepsAlive
                && lines.contains { line in
                    line.hasPrefix("connection:") && (line.last == " " || line.last == "\t")
                }
        case .upgrade:
            return isMissing && index > 0 && !ours.messages[index - 1].values("upgrade").isEmpty
        }
    }
}

extension ReadMessage {
    func values(_ name: String) -> [String] {
        fields.filter { $0.lowercased().hasPrefix(name + ":") }
            .map { String($0.dropFirst(name.count + 1)) }
    }
}

extension String {
    /// What follows the first occurrence of a separator; nothing if there is none.
    fileprivate func components(after separator: String) -> Substring {
        guard let found = firstRange(of: separator) else { return "" }
        return self[found.upperBound...]
    }
}
