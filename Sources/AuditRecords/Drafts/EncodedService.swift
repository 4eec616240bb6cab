// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Disclosures

/// The `dst` of records, encoded once per service (or per address of one); shared, not copied.
package final class EncodedService: Sendable {
    let object: EncodedObject
    private let name: String
    private let address: String?
    private let port: UInt16?
    /// Whether the service's certificate is verified before anything is sent; nil without TLS.
    package let tlsVerified: Bool?

    /// - Parameters:
    ///   - name: `dst.service`, not empty.
    ///   - address: host name or address to which requests are forwarded.
    ///   - tlsVerified: whether the service's certificate must be good; nil without TLS.
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

    /// The proxy itself, when it answers, refuses or acts without a service.
    package static let countersign = EncodedService(
        name: Decision.ownPolicy, address: nil, port: nil, tlsVerified: nil)

    /// The same service in records of accesses for which it was not asked.
    package var unasked: EncodedService {
        EncodedService(name: name, address: nil, port: nil, tlsVerified: nil)
    }

    /// The same service as a failed access found it; encoded anew, because that is rare.
    package func found(tlsVerified: Bool?) -> EncodedService {
        EncodedService(name: name, address: address, port: port, tlsVerified: tlsVerified)
    }
}
