// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Messages
import Policy

/// Host and canonical path of a URL that somebody typed.
struct RequestedURL {
    /// Without port; empty where only a path was given.
    let host: String
    let path: String
    /// How services could read the path.
    let traits: CanonicalPath.Traits

    init(_ text: String) throws(CommandFailure) {
        var rest = text[...]
        var host: Substring = ""
        for scheme in ["http://", "https://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
            let end = rest.firstIndex { $0 == "/" || $0 == "?" } ?? rest.endIndex
            host = rest[..<end]
            rest = rest[end...]
            if rest.isEmpty || rest.hasPrefix("?") { rest = "/" + rest }
        }
        guard rest.hasPrefix("/"), !host.contains("@") else {
            throw CommandFailure(
                .usage,
                "`\(text)` is neither a URL such as http://api.example.com/v1 nor a path such as /v1."
            )
        }
        // An address in brackets keeps its colons; anything else ends at its port.
        if host.hasPrefix("[") {
            self.host = host.dropFirst().split(separator: "]").first.map(String.init) ?? ""
        } else {
            self.host = host.split(separator: ":").first.map(String.init) ?? ""
        }
        let raw = rest.prefix { $0 != "?" }
        do throws(PathFault) {
            let canonical = try CanonicalPath(raw.utf8)
            path = String(decoding: canonical.bytes, as: UTF8.self)
            traits = canonical.traits
        } catch {
            throw CommandFailure(
                .usage,
                "the path has no canonical form from byte \(error.offset) on; the proxy refuses it with malformed_path."
            )
        }
    }

    /// The request as the rules see it, with empty segments merged if its service wants that.
    func request(_ method: Method, merging rulebook: Rulebook) -> ReadableRequest {
        let host = Array(host.utf8)
        var path = Array(path.utf8)
        if traits.contains(.emptySegment), rulebook.mergesSlashes(host: host.span, path: path.span)
        {
            path = path.enumerated().filter { place, byte in
                byte != UInt8(ascii: "/") || place == 0 || path[place - 1] != byte
            }.map(\.element)
        }
        return ReadableRequest(
            head: host + path, host: 0..<host.count, path: host.count..<host.count + path.count,
            method: method, overrides: [], hasOtherReadings: traits.contains(.otherReadings))
    }
}
