// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Access
package import NIOCore
internal import NIOPosix
internal import NIOSSL

/// Where one service is and how it proves who it is, checked and ready for connections; shared by
/// all event loops.
package final class ServiceEndpoint: Sendable {
    /// The service's name, for messages.
    package let name: String
    /// A host name or IP address.
    package let host: String
    package let port: UInt16
    package let connectTimeout: Moment.Interval
    /// Nil if the host is a name, which is looked up for every connection.
    private let address: SocketAddress?
    /// Nil: plain text.
    private let tls: NIOSSLContext?
    /// What the handshake asks for and checks; nil for an address.
    private let serverName: String?

    package init(
        name: String, host: String, port: UInt16, tls: UpstreamTLS?,
        protocols: [ApplicationProtocol], connectTimeout: Duration
    ) throws(DataPlaneFault) {
        self.name = name
        self.host = host
        self.port = port
        self.connectTimeout = Moment.Interval(connectTimeout)
        address = Result { try SocketAddress(ipAddress: host, port: Int(port)) }.value
        let shown = tls?.serverName ?? host
        let serverName = Self.isAddress(shown) ? nil : shown
        self.serverName = serverName
        self.tls = try tls.map { tls throws(DataPlaneFault) in
            try Self.context(tls, serverName, protocols, of: name)
        }
    }

    package var isSecure: Bool { tls != nil }

    /// A connected socket, with a TLS handler where the service speaks TLS. Nothing is read from it
    /// until requested, so the handshake waits for the first read.
    package func connect(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(connectTimeout.timeAmount)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let context = self.tls else { return }
                    try channel.pipeline.syncOperations.addHandler(
                        NIOSSLClientHandler(context: context, serverHostname: self.serverName))
                }
            }
        if let address { return bootstrap.connect(to: address) }
        return bootstrap.connect(host: host, port: Int(port))
    }

    private static func isAddress(_ name: String) -> Bool {
        Result { try SocketAddress(ipAddress: name, port: 0) }.value != nil
    }

    private static func context(
        _ tls: UpstreamTLS, _ serverName: String?, _ protocols: [ApplicationProtocol],
        of service: String
    ) throws(DataPlaneFault) -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.verifySignatureAlgorithms = .acceptable
        configuration.applicationProtocols = protocols.map(\.rawValue)
        configuration.shutdownTimeout = .seconds(1)
        do {
            switch tls.verification {
            case .full(let authorities):
                configuration.certificateVerification = .fullVerification
                if let authorities {
                    configuration.trustRoots = .certificates(
                        try NIOSSLCertificate.fromPEMBytes(authorities))
                }
            case .off:
                configuration.certificateVerification = .none
            }
            if let identity = tls.identity {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMBytes(identity.chain)
                    .map { .certificate($0) }
                configuration.privateKey = .privateKey(
                    try NIOSSLPrivateKey(bytes: identity.key, format: .pem))
            }
            let context = try NIOSSLContext(configuration: configuration)
            if let serverName {
                // Made once to check now whether the name can be asked for.
                _ = try NIOSSLClientHandler(context: context, serverHostname: serverName)
            }
            return context
        } catch is NIOSSLExtraError {
            throw DataPlaneFault(
                .upstreamName,
                "The server name of upstream \(service) cannot be used in TLS; "
                    + "set the name that its certificate carries.")
        } catch {
            throw DataPlaneFault(
                .upstreamAuthorities,
                "The certificate authorities of upstream \(service) cannot be read; "
                    + "give a file of PEM certificates.", cause: error)
        }
    }
}

extension Result {
    fileprivate var value: Success? { if case .success(let value) = self { value } else { nil } }
}
