// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Identity
internal import NIOCore
internal import NIOSSL

/// What a listener shows its clients, and whom it trusts: made once, shared by all event loops.
package final class ServerTLS: Sendable {
    /// One context for each cipher of TLS 1.2, in our order: the library takes the client's first,
    /// so our choice must be the only one offered.
    private let preferred: [(cipher: NIOTLSCipher, context: NIOSSLContext)]
    /// For clients that offer none of them: those with TLS 1.3, and those that are refused.
    private let context: NIOSSLContext
    private let authorities: ClientAuthorities?
    /// What is spoken, as the hello says it.
    let protocols: Set<[UInt8]>

    /// Makes everything, or says what cannot be used.
    package init(_ tls: ListenerTLS, _ listener: Listener.Terms) throws(DataPlaneFault) {
        let place = listener.place
        protocols = Set(listener.protocols.map { Array($0.rawValue.utf8) })
        var configuration = try Self.configuration(tls, place)
        configuration.applicationProtocols = listener.protocols.map(\.rawValue)
        do {
            switch tls.clientAuthentication {
            case .none:
                configuration.certificateVerification = .none
                authorities = nil
            case .optional(let pem):
                configuration.certificateVerification = .optionalVerification
                authorities = try Self.authorities(pem, &configuration)
            case .required(let pem):
                configuration.certificateVerification = .noHostnameVerification
                authorities = try Self.authorities(pem, &configuration)
            }
        } catch {
            throw DataPlaneFault(
                .clientAuthorities,
                "The client authorities of listener \(place) cannot be read; give a PEM file of "
                    + "certificates with RSA keys of 2048 bits and more, P-256, P-384, P-521 or Ed25519.",
                cause: error)
        }
        do {
            let suites = Self.suites(tls)
            configuration.cipherSuiteValues = suites
            context = try NIOSSLContext(configuration: configuration)
            preferred = try suites.map { suite in
                configuration.cipherSuiteValues = [suite]
                return (suite, try NIOSSLContext(configuration: configuration))
            }
        } catch {
            throw DataPlaneFault(
                .listenerCertificate,
                "The certificate of listener \(place) does not fit its key; give the pair that "
                    + "belongs together.", cause: error)
        }
    }

    /// A handler for one connection.
    func handler(for hello: ClientHello) -> NIOSSLServerHandler {
        let context =
            preferred.first { hello.cipherSuites.contains($0.cipher.rawValue) }?.context
            ?? self.context
        guard let authorities else { return NIOSSLServerHandler(context: context) }
        return NIOSSLServerHandler(context: context) { certificates, promise in
            promise.completeWithTask {
                let chain = try certificates.map { try $0.toDERBytes() }
                return await authorities.vouch(for: chain) ? .certificateVerified : .failed
            }
        }
    }

    private static func configuration(
        _ tls: ListenerTLS, _ place: String
    ) throws(DataPlaneFault) -> TLSConfiguration {
        var configuration: TLSConfiguration
        do {
            configuration = .makeServerConfiguration(
                certificateChain: try NIOSSLCertificate.fromPEMBytes(tls.certificateChain)
                    .map { .certificate($0) },
                privateKey: .privateKey(
                    try NIOSSLPrivateKey(bytes: tls.privateKey, format: .pem)))
        } catch {
            throw DataPlaneFault(
                .listenerCertificate,
                "Certificate or key of listener \(place) cannot be read; give PEM files.",
                cause: error)
        }
        configuration.minimumTLSVersion = tls.minimumVersion == .tls12 ? .tlsv12 : .tlsv13
        configuration.shutdownTimeout = .seconds(1)
        configuration.verifySignatureAlgorithms = .acceptable
        return configuration
    }

    private static func authorities(
        _ pem: [UInt8], _ configuration: inout TLSConfiguration
    ) throws -> ClientAuthorities {
        configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(pem))
        configuration.sendCANameList = true
        return try ClientAuthorities(pem: pem)
    }

    /// The object identifier 1.2.840.113549.1.1.1, in DER.
    private static let rsaEncryption: [UInt8] = [
        0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01,
    ]

    /// The TLS 1.2 suites that work with this certificate, in our order.
    private static func suites(_ tls: ListenerTLS) -> [NIOTLSCipher] {
        let isRSA: Bool
        do {
            let leaf = try NIOSSLCertificate.fromPEMBytes(tls.certificateChain).first
            let key = try leaf?.extractPublicKey().toSPKIBytes() ?? []
            isRSA = key.firstRange(of: Self.rsaEncryption) != nil
        } catch {
            // A key of another kind; the library takes what fits.
            return tls.ciphers.flatMap { [$0.forECDSA, $0.forRSA] }
        }
        return tls.ciphers.map { isRSA ? $0.forRSA : $0.forECDSA }
    }
}

extension ListenerTLS.Cipher {
    fileprivate var forECDSA: NIOTLSCipher {
        switch self {
        case .aes128GCM: .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
        case .aes256GCM: .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
        case .chacha20Poly1305: .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256
        }
    }

    fileprivate var forRSA: NIOTLSCipher {
        switch self {
        case .aes128GCM: .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
        case .aes256GCM: .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384
        case .chacha20Poly1305: .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256
        }
    }
}
