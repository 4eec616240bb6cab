// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
import Policy

/// `admin`: the listener for operators and auditors.
package struct AdminSettings: Hashable, Sendable {
    package var address = ListenAddress(address: IPAddress(v4: 0x7F00_0001), port: 9090)
    /// Whether the address may be reachable from other machines.
    package var isExposed = false
    /// Host names that it answers to, over TLS in front of it.
    package var names: [String] = []
    /// What takes no account.
    package var open = Part.allCases
    /// How long an export can be fetched.
    package var keepExports = Duration.seconds(7 * 86_400)

    /// What can be seen without an account.
    package enum Part: String, CaseIterable, Sendable {
        case status
        case metrics
        case log
    }

    static let section = Section(
        start: AdminSettings(),
        keys: [
            Key(
                "address", \.address, .listenAddress,
                "Where it listens. Port 0 takes any free port.", example: "127.0.0.1:9190"),
            Key(
                "expose", \.isExposed, .flag,
                "Whether the address may be reachable from other machines.", example: "true",
                together: ["admin.address": "0.0.0.0:9090"]),
            Key(
                "names", \.names, .set(of: .hostName, isEmptyAllowed: true, most: 64),
                "Host names that the address answers to besides `localhost` and addresses: those under which a proxy "
                    + "that ends TLS passes requests on. People log in under these, or on this host.",
                example: "[audit.example.com]"),
            Key(
                "open", \.open, .set(of: .choice(), isEmptyAllowed: true),
                "What whoever reaches the address may see without an account. What is not listed takes an account "
                    + "with the right `status.read` or, for the log, `log.read`: see [roles](Roles.md).",
                example: "[status, metrics]"),
            Key(
                "keep_exports", \.keepExports, .duration(.seconds(60) ... .seconds(90 * 86_400)),
                "How long an export that was ordered over the [auditor API](Api.md) can be fetched once it is complete; "
                    + "then it is removed.", example: "1d"),
        ],
        notAvailable: ["auth", "tls"],
        checks: [
            Check("address", "expose") { admin, place, reading in
                guard !admin.address.address.isLoopback, !admin.isExposed else { return }
                reading.note(
                    .conflict, at: place.nearest("address"),
                    "`\(admin.address.text)` can be reached from other machines; use 127.0.0.1, or set `expose: true` if that is meant"
                )
            }
        ])
}

extension Form where Value == String {
    /// A name of a host as requests have it in `Host`, without a port.
    fileprivate static let hostName = Form.scalar("a host name", write: { .string($0) }) {
        text throws(Complaint) in
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && !label.hasPrefix("-") && !label.hasSuffix("-")
                && label.utf8.allSatisfy { byte in
                    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D
                }
        }
        guard isName, text.utf8.count <= 253, IPAddress(text) == nil else {
            throw Complaint(
                "expected a host name in small letters such as audit.example.com, without a port, found `\(text)`"
            )
        }
        return text
    }
}
