// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import NIOSSL

/// Why a TLS handshake with a service failed, in words that name the cause.
package struct TLSProblem: Error {
    package let words: String
    /// Whether the service's certificate is at fault; otherwise it never came to be judged.
    package let isOfCertificate: Bool

    /// - Parameter leaf: the certificate that the service showed, if it got that far.
    package init(_ error: any Error, leaf: NIOSSLCertificate?) {
        switch error {
        case let error as NIOSSLExtraError where error == .failedToValidateHostname:
            words = "the certificate is for another name"
            isOfCertificate = true
        case let error as NIOSSLExtraError where error == .serverHostnameImpossibleToMatch:
            words = "the name to be checked cannot stand in a certificate"
            isOfCertificate = true
        case NIOSSLError.handshakeFailed(let error), NIOSSLError.shutdownFailed(let error):
            words = Self.words(error, leaf)
            isOfCertificate = error.libraryName == BoringSSLError.certificateFault
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
            words = "the service shows no certificate"
            isOfCertificate = true
        case let error as BoringSSLError:
            words = Self.words(error, leaf)
            isOfCertificate = error.libraryName == BoringSSLError.certificateFault
        default:
            words = "the TLS handshake failed"
            isOfCertificate = false
        }
    }

    private static func words(_ error: BoringSSLError, _ leaf: NIOSSLCertificate?) -> String {
        guard let name = error.libraryName else { return "the TLS handshake failed" }
        switch name {
        case BoringSSLError.certificateFault: return certificate(leaf)
        case "WRONG_VERSION_NUMBER", "HTTP_REQUEST", "HTTPS_PROXY_REQUEST":
            return "the service does not speak TLS at this port"
        case "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION":
            return "the service speaks no version of TLS from 1.2 on"
        case "TLSV1_ALERT_CERTIFICATE_REQUIRED", "SSLV3_ALERT_BAD_CERTIFICATE":
            return "the service wants a client certificate"
        default:
            return "the TLS handshake failed: "
                + name.lowercased().replacing("_", with: " ")
        }
    }

    private static func certificate(_ leaf: NIOSSLCertificate?) -> String {
        guard let leaf else { return "the certificate is not accepted" }
        let now = time(nil)
        if leaf.notValidAfter < now { return "the certificate has expired" }
        if leaf.notValidBefore > now { return "the certificate is not valid yet" }
        return
            "no authority that is trusted vouches for the certificate, or it is not for servers"
    }
}

extension BoringSSLError {
    /// The library's name for a certificate that is not accepted.
    static let certificateFault = "CERTIFICATE_VERIFY_FAILED"

    /// The TLS library's name for the error, which follows a fixed word in its text.
    var libraryName: String? {
        guard case .sslError(let stack) = self else { return nil }
        let names = stack.compactMap { error -> String? in
            let text = error.description
            guard let mark = text.firstRange(of: "OPENSSL_internal:") else { return nil }
            let name = text[mark.upperBound...].prefix {
                $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_")
            }
            return name.isEmpty ? nil : String(name.prefix(80))
        }
        // A failed certificate check is preferred, because its cause can be told from the
        // certificate.
        return names.first { $0 == Self.certificateFault } ?? names.first
    }
}
