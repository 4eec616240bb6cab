// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// `services[].credentials`: what becomes of the credential that identified the caller.
package struct CredentialSettings: Hashable, Sendable {
    /// `forward`, default false: whether the service gets it. It can then act as the caller at every service behind
    /// this proxy. Credentials that no identity claims always pass.
    package var isForwarded: Bool

    static let section = Section(
        start: CredentialSettings(isForwarded: false),
        fields: [Field("forward", \.isForwarded, .flag)])
}
