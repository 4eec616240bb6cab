// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures

/// The `dst` of records, encoded once per service (or per address of one); shared, not copied.
package final class EncodedService: Sendable {
    let object: EncodedObject
    private let name: String
    private let address: String?
    private let port: UInt16?
    /// Whether nothing is sent to the service before its certificate was found good; nil without TLS.
    package let tlsVerified: Bool?

    /// - Parameters:
    ///   - name: `dst.service`, not empty.
    ///   - address: host name or address that requests are forwarded to.
    ///   - tlsVerified: whether the service's certificate has to be good; nil without TLS.
    package init(name: String, address: String?, port: UInt16?, tlsVerified: Bool?) {
        precondition(!name.isEmpty, "EveryRecordNamesAService: the service has no name")
        var members: [JSONMember] = []
        members.add("address", address)
        members.add("port", port)
        members.add("service", name)
        members.add("tls_verified", tlsVerified)
        object = EncodedObject(.object(members), path: "dst")
        self.name = name
        self.address = address
        self.port = port
        self.tlsVerified = tlsVerified
    }

    /// The proxy itself: where it answers, refuses or acts without a service.
    package static let countersign = EncodedService(
        name: "countersign", address: nil, port: nil, tlsVerified: nil)

    /// The same service in records of accesses that it was not asked for.
    package var unasked: EncodedService {
        EncodedService(name: name, address: nil, port: nil, tlsVerified: nil)
    }

    /// The same service where it was not found good; encoded anew, for what seldom happens.
    package func found(tlsVerified: Bool?) -> EncodedService {
        EncodedService(name: name, address: address, port: port, tlsVerified: tlsVerified)
    }
}
