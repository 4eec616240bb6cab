// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `services[].credentials`: what becomes of the credential that identified the caller.
package struct CredentialSettings: Hashable, Sendable {
    /// Whether the service gets it.
    package var isForwarded = false

    static let section = Section(
        start: CredentialSettings(),
        keys: [
            Key(
                "forward", \.isForwarded, .flag,
                "Whether the service gets it. It can then act as the caller at every service behind this "
                    + "proxy.", example: "true")
        ])
}
