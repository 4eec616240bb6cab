// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The `dst` of records, encoded once per service (or per address of one).
package struct EncodedService: Hashable, Sendable {
    let object: EncodedObject

    /// - Parameters:
    ///   - name: `dst.service`, not empty.
    ///   - address: host name or address that requests are forwarded to.
    ///   - tlsVerified: whether the service's certificate was checked; nil without TLS.
    package init(name: String, address: String?, port: UInt16?, tlsVerified: Bool?) {
        precondition(!name.isEmpty, "EveryRecordNamesAService: the service has no name")
        var members: [JSONMember] = []
        members.add("address", address)
        members.add("port", port)
        members.add("service", name)
        members.add("tls_verified", tlsVerified)
        object = EncodedObject(.object(members), path: "dst")
    }

    /// The proxy itself: where it answers, refuses or acts without a service.
    package static let countersign = EncodedService(
        name: "countersign", address: nil, port: nil, tlsVerified: nil)
}
