// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import NIOCore
internal import NIOPosix

extension UpstreamTarget {
    /// A connected socket, with a TLS handler where the service speaks TLS. Nothing is read from it
    /// until requested, so the handshake waits for the first read.
    func connect(on eventLoop: any EventLoop) -> EventLoopFuture<any Channel> {
        let bootstrap = ClientBootstrap(group: eventLoop)
            .channelOption(.autoRead, value: false)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.socketOption(.so_keepalive), value: 1)
            .connectTimeout(connectTimeout.timeAmount)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let context = self.tls else { return }
                    try channel.pipeline.syncOperations.addHandler(self.makeTLSHandler(context))
                }
            }
        if let address { return bootstrap.connect(to: address) }
        return bootstrap.connect(host: configuration.host, port: Int(configuration.port))
    }
}
