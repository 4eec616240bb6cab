// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// What accompanies a credential in a request, for those that are valid only together with it.
///
/// A token that is bound to a client certificate (RFC 8705 §3) is compared with ``certificate``
/// today. A proof of possession in a field (RFC 9449 §4.3) will be a range here, for the method and
/// the URL that it names: such a proof is checked wherever tokens are, on the event loop or on a
/// separate thread.
package struct RequestBinding: Sendable {
    package let method: Method
    /// Without query and fragment, as in proofs.
    package let url: BoundURL
    /// The client certificate of the connection, validated by TLS, if it sent one.
    package let certificate: PresentedCertificate?

    package init(method: Method, url: BoundURL, certificate: PresentedCertificate?) {
        self.method = method
        self.url = url
        self.certificate = certificate
    }
}

/// The URL of a request in parts; ranges refer to the same buffer as its credential's.
package struct BoundURL: Hashable, Sendable {
    /// Whether the client came by `https`.
    package let isSecure: Bool
    package let host: Range<Int>
    /// In canonical form.
    package let path: Range<Int>

    package init(isSecure: Bool, host: Range<Int>, path: Range<Int>) {
        self.isSecure = isSecure
        self.host = host
        self.path = path
    }
}
