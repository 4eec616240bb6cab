// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOSSL

/// Why a TLS handshake with a client failed, in words that name the cause and nothing that the client sent.
package struct ClientTLSProblem: Error {
    package let words: String

    private init(_ words: String) { self.words = words }

    package init(_ error: any Error) {
        switch error {
        case NIOSSLError.handshakeFailed(let error), NIOSSLError.shutdownFailed(let error):
            words = Self.words(error)
        case let error as BoringSSLError: words = Self.words(error)
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            words = Self.noCertificate
        case NIOSSLError.uncleanShutdown: words = Self.left
        default: words = "the connection failed"
        }
    }

    /// It offers protocols, and none that is spoken here.
    package static let noProtocol = ClientTLSProblem("no protocol in common by ALPN")
    /// Its time is over.
    package static let timeout = ClientTLSProblem("it took too long")
    /// It was accepted, and what it showed cannot be read.
    package static let unreadable = ClientTLSProblem("what the client showed cannot be read")

    private static let noCertificate = "the client shows no certificate"
    private static let left = "the client left before its end"

    private static func words(_ error: BoringSSLError) -> String {
        guard let name = error.libraryName else { return left }
        switch name {
        case BoringSSLError.certificateFault:
            return
                "the client's certificate is not accepted: client_ca has not issued it, it is not valid now, or it is not for clients"
        case "PEER_DID_NOT_RETURN_A_CERTIFICATE": return noCertificate
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST", "UNEXPECTED_MESSAGE":
            return "the client does not speak TLS"
        case "UNSUPPORTED_PROTOCOL": return "no version of TLS in common"
        case "NO_SHARED_CIPHER": return "no cipher in common"
        default: return name.lowercased().replacing("_", with: " ")
        }
    }
}
