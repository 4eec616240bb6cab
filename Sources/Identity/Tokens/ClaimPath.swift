// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// Where a claim is in a token's payload.
///
/// A text that starts with `/` is a path of member names, such as `/realm_access/roles`; any other
/// is one member's name, so that names which are URLs need no escape. A name with a dot that is not
/// a URL is in double quotes, because most who write one mean a path.
package struct ClaimPath: Hashable, Sendable {
    package let names: [String]
    /// As it was written.
    package let text: String

    /// The path of a text, or nil if a name in it is empty.
    package init?(_ text: String) {
        let names: [String]
        if text.hasPrefix("/") {
            names = text.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map(
                String.init)
        } else if text.utf8.count > 2, text.hasPrefix("\""), text.hasSuffix("\"") {
            names = [String(text.dropFirst().dropLast())]
        } else {
            names = [text]
        }
        guard !names.contains("") else { return nil }
        self.names = names
        self.text = text
    }

    init(_ name: StaticString) {
        names = ["\(name)"]
        text = "\(name)"
    }

    /// `roles` and `groups`, where most providers put them.
    package static let usualRoles = [
        ClaimPath("roles" as StaticString), ClaimPath("groups" as StaticString),
    ]

    /// Whether the claim is an OAuth scope: a space-separated list (RFC 6749 §3.3).
    var isScope: Bool { names == ["scope"] || names == ["scp"] }

    func value(in payload: JSONValue) -> JSONValue? {
        var value: JSONValue? = payload
        for name in names { value = value?[name] }
        return value
    }
}
