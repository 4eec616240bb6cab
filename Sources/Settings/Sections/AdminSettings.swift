// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
import Policy

/// `admin`: the listener for operators and auditors.
package struct AdminSettings: Hashable, Sendable {
    /// `address`, default 127.0.0.1:9090. Port 0 takes any free port.
    package var address: ListenAddress
    /// `expose`, default false: whether the address may be reachable from other machines.
    package var isExposed: Bool

    static let section = Section(
        start: AdminSettings(
            address: ListenAddress(address: IPAddress(v4: 0x7F00_0001), port: 9090),
            isExposed: false),
        fields: [
            Field("address", \.address, .listenAddress),
            Field("expose", \.isExposed, .flag),
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
