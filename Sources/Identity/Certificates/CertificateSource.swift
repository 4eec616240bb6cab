// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// How client certificates of one configured authority become identities.
package struct CertificateSource: Hashable, Sendable {
    /// Where to find the subject's name; never in the common name (RFC 9525 §2).
    package enum SubjectName: String, CaseIterable, Hashable, Sendable {
        /// The one URI among the subject alternative names, unchanged.
        case uri = "san_uri"
        /// The one URI, which must be a SPIFFE ID.
        case spiffe = "san_spiffe"
        /// The one DNS name, in lower case.
        case dns = "san_dns"
    }

    /// The source's configured name; the identities' issuer.
    package var name: String
    package var subject: SubjectName
    package var kind: Principal.Kind
    /// The roles of everyone this source vouches for.
    package var roles: [String]

    package init(name: String, subject: SubjectName, kind: Principal.Kind, roles: [String])
        throws(IdentityConfigurationFault)
    {
        guard kind.canHoldCredential else { throw .kind(source: name) }
        self.name = name
        self.subject = subject
        self.kind = kind
        self.roles = roles
    }
}
