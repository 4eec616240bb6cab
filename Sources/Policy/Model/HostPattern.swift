// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// The request hosts of a service: one name, all names below a suffix, or every name.
///
/// ASCII case and one trailing dot are ignored, because they do not change the host (RFC 9110 §4.2.3, RFC 1034
/// §3.1) and must not lead around a rule.
package struct HostPattern: Hashable, Sendable {
    private enum Form: Hashable, Sendable {
        case any
        case exact
        case suffix
    }

    private let form: Form
    /// Lower case; for a suffix it begins with the dot.
    private let name: [UInt8]

    private init(_ form: Form, _ name: [UInt8]) {
        self.form = form
        self.name = name
    }

    /// Every host.
    package static let any = HostPattern(.any, [])

    /// `api.example.com`, `*.example.com` or an address literal such as `[::1]`, in lower case and
    /// without a port; nil for any other text.
    package init?(_ text: some StringProtocol) {
        var bytes = Array(text.utf8)
        if bytes.first == UInt8(ascii: "["), bytes.last == UInt8(ascii: "]"),
            let address = IPAddress(String(text.dropFirst().dropLast()))
        {
            guard address.family == .v6, "[\(address)]".utf8.elementsEqual(bytes) else {
                return nil
            }
            self.init(.exact, bytes)
            return
        }
        let isSuffix = bytes.starts(with: [UInt8(ascii: "*"), UInt8(ascii: ".")])
        if isSuffix { bytes.removeFirst(2) }
        guard Self.isName(bytes) else { return nil }
        self.init(isSuffix ? .suffix : .exact, isSuffix ? [UInt8(ascii: ".")] + bytes : bytes)
    }

    /// The pattern as it is written in a configuration.
    package var text: String {
        switch form {
        case .any: "*"
        case .exact: String(decoding: name, as: UTF8.self)
        case .suffix: "*" + String(decoding: name, as: UTF8.self)
        }
    }

    /// How narrow the pattern is; if several match, the largest value wins.
    ///
    /// An exact name beats every suffix, a longer suffix a shorter one, anything beats ``any``.
    var rank: Int {
        switch form {
        case .any: 0
        case .suffix: name.count
        case .exact: Int.max
        }
    }

    /// Whether the pattern matches a request's host, given without its port.
    package func matches(_ host: Span<UInt8>) -> Bool {
        guard form != .any else { return true }
        let ends = host.count > 0 && host[host.count - 1] == UInt8(ascii: ".")
        let length = ends ? host.count - 1 : host.count
        let skipped = length - name.count
        // A suffix needs a label in front of its dot.
        guard form == .exact ? skipped == 0 : skipped > 0 else { return false }
        for at in name.indices where ASCII.folded(host[skipped + at]) != name[at] { return false }
        return true
    }

    /// Labels of lower-case letters, digits, hyphens and underscores, 63 bytes each, 253 in all.
    private static func isName(_ bytes: [UInt8]) -> Bool {
        guard (1...253).contains(bytes.count) else { return false }
        return bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            .allSatisfy { label in
                (1...63).contains(label.count)
                    && label.allSatisfy { byte in
                        ASCII.isLowercase(byte) || ASCII.isDigit(byte) || byte == UInt8(ascii: "-")
                            || byte == UInt8(ascii: "_")
                    }
            }
    }
}
