// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// Facts of the client's TLS connection: `src.tls` in the group `where`.
package struct DisclosedTLS: Hashable, Sendable {
    package var version: String?
    package var cipher: String?
    package var clientSubject: String?

    package init(version: String?, cipher: String?, clientSubject: String?) {
        self.version = version
        self.cipher = cipher
        self.clientSubject = clientSubject
    }
}

extension Disclosure {
    /// Commits to where a request came from. One serves every request of a connection for as long
    /// as its facts stay the same.
    ///
    /// - Parameters:
    ///   - address: the client's address as text.
    ///   - peerAddress: of the connection, if a trusted proxy is in between.
    ///   - userAgent: as received; empty if there is none.
    ///   - forwarded: addresses that proxies in front of us named, nearest last.
    package static func `where`(
        address: Span<UInt8>, port: UInt16?, peerAddress: Span<UInt8>, userAgent: Span<UInt8>,
        forwarded: [String], tls: DisclosedTLS?, subject: SubjectKey, salt: Salt
    ) -> Disclosure {
        var text = CommitmentText(
            .where, salt: salt, reserving: address.count + userAgent.count + 160)
        var truncated: [String] = []
        func put(_ name: StaticString, _ value: Span<UInt8>, path: String) {
            guard !value.isEmpty else { return }
            text.writer.append(name)
            if text.writer.appendJSONString(value) { truncated.append(path) }
            text.writer.append(",")
        }
        text.writer.append("{")
        let forwarded = forwarded.filter { !$0.isEmpty }
        if !forwarded.isEmpty {
            text.writer.append(#""src.forwarded":["#)
            for hop in forwarded.prefix(RecordLimits.arrayItems) {
                put("", Array(hop.utf8).span, path: "src.forwarded")
            }
            if forwarded.count > RecordLimits.arrayItems { truncated.append("src.forwarded") }
            text.writer.closeLast(with: UInt8(ascii: "]"))
            text.writer.append(",")
        }
        put(#""src.ip":"#, address, path: "src.ip")
        put(#""src.peer_ip":"#, peerAddress, path: "src.peer_ip")
        if let port {
            text.writer.append(#""src.port":"#)
            text.writer.append(decimal: UInt64(port))
            text.writer.append(",")
        }
        if let tls {
            text.writer.append(#""src.tls":{"#)
            put(#""cipher":"#, Array((tls.cipher ?? "").utf8).span, path: "src.tls")
            put(#""client_subject":"#, Array((tls.clientSubject ?? "").utf8).span, path: "src.tls")
            put(#""version":"#, Array((tls.version ?? "").utf8).span, path: "src.tls")
            text.writer.closeLast(with: UInt8(ascii: "}"))
            text.writer.append(",")
        }
        put(#""user_agent":"#, userAgent, path: "user_agent")
        text.writer.closeLast(with: UInt8(ascii: "}"))
        let disclosure = Disclosure(
            group: .where, subject: subject, preimage: text.writer.bytes,
            saltOffset: text.saltOffset,
            truncated: truncated)
        _ = disclosure.hashed()
        return disclosure
    }
}
