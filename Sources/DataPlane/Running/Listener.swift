// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// One configured address with what its connections share; used by all event loops.
final class Listener: Sendable {
    let configuration: ListenerConfiguration
    let census: ConnectionCensus
    let headTimeout: Moment.Interval
    let handshakeTimeout: Moment.Interval
    let idleTimeout: Moment.Interval
    let bodyTimeout: Moment.Interval
    let writeTimeout: Moment.Interval
    let lingerTimeout: Moment.Interval
    /// What connections that come from now on are shown.
    private let certificate: Mutex<NIOSSLContext?>

    init(_ configuration: ListenerConfiguration) throws(DataPlaneFault) {
        self.configuration = configuration
        let limits = configuration.limits
        census = ConnectionCensus(
            most: limits.mostConnections, mostPerPeer: limits.mostConnectionsPerPeer)
        headTimeout = Moment.Interval(limits.headTimeout)
        handshakeTimeout = Moment.Interval(limits.handshakeTimeout)
        idleTimeout = Moment.Interval(limits.idleTimeout)
        bodyTimeout = Moment.Interval(limits.bodyTimeout)
        writeTimeout = Moment.Interval(limits.writeTimeout)
        lingerTimeout = Moment.Interval(limits.lingerTimeout)
        let context = try configuration.tls.map { tls throws(DataPlaneFault) in
            try Self.context(tls, configuration)
        }
        certificate = Mutex(context)
    }

    var limits: ClientLimits { configuration.limits }
    var isSecure: Bool { configuration.tls != nil }

    /// The TLS context for a new connection; nil: plain text.
    var context: NIOSSLContext? { certificate.withLock { $0 } }

    /// Puts another certificate in the place of the present one, for new connections.
    func adopt(_ context: NIOSSLContext) { certificate.withLock { $0 = context } }

    /// Makes a context, or says what cannot be used.
    static func context(
        _ tls: ListenerTLS, _ listener: ListenerConfiguration
    ) throws(DataPlaneFault) -> NIOSSLContext {
        let place = "\(listener.host):\(listener.port)"
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
        configuration.applicationProtocols = ["http/1.1"]
        configuration.shutdownTimeout = .seconds(1)
        do {
            switch tls.clientAuthentication {
            case .none: configuration.certificateVerification = .none
            case .optional(let authorities):
                configuration.certificateVerification = .optionalVerification
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(authorities))
                configuration.sendCANameList = true
            case .required(let authorities):
                configuration.certificateVerification = .noHostnameVerification
                configuration.trustRoots = .certificates(
                    try NIOSSLCertificate.fromPEMBytes(authorities))
                configuration.sendCANameList = true
            }
        } catch {
            throw DataPlaneFault(
                .clientAuthorities,
                "The client authorities of listener \(place) cannot be read; give a PEM file.",
                cause: error)
        }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw DataPlaneFault(
                .listenerCertificate,
                "The certificate of listener \(place) does not fit its key; give the pair that "
                    + "belongs together.", cause: error)
        }
    }
}
