// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import HTTPWire

/// Writes `Via` (RFC 9110 §7.6.3): which proxies a message has passed, each with the version
/// received.
enum Via {
    /// The value for a request to a service.
    static func value(_ head: RequestHead, behind pseudonym: [UInt8]) -> [UInt8] {
        value(
            head.fields.filter { $0.known == .via }.map { head.bytes(of: $0.value) }, head.version,
            pseudonym)
    }

    /// The value for an answer to a client.
    static func value(_ head: ResponseHead, behind pseudonym: [UInt8]) -> [UInt8] {
        value(
            head.fields.filter { $0.known == .via }.map { head.bytes(of: $0.value) }, head.version,
            pseudonym)
    }

    /// Values that are not visible ASCII are no valid `Via` and are left out.
    private static func value(
        _ before: [ArraySlice<UInt8>], _ version: HTTPVersion, _ pseudonym: [UInt8]
    ) -> [UInt8] {
        let passed = before.filter { value in
            !value.isEmpty && value.allSatisfy { (0x20...0x7E).contains($0) }
        }
        let own = Array((version == .http10 ? "1.0 " : "1.1 ").utf8) + pseudonym
        return Array((passed + [own[...]]).joined(separator: ", ".utf8))
    }
}
