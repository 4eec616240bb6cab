// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
import Policy

/// `admin`: the listener for operators and auditors.
package struct AdminSettings: Hashable, Sendable {
    package var address = ListenAddress(address: IPAddress(v4: 0x7F00_0001), port: 9090)
    /// Whether the address may be reachable from other machines.
    package var isExposed = false

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
