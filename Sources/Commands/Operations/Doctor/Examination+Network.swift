// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import HTTPPlane
import Transport
import Messages
import NIOCore
import NIOPosix
import Server
import Settings

extension Examination {
    /// Addresses that the server listens on, or will.
    func ports(_ server: AdminStatus?) async -> [Diagnosis] {
        if let server {
            let address = server.address ?? settings.admin.address.text
            guard server.origin == settings.log.origin.text else {
                return [
                    .bad(
                        "admin",
                        "\(address) serves another log: \(server.origin ?? "?")",
                        fix: "set admin.address to a free port")
                ]
            }
            return [
                server.isWriting
                    ? .good("server", "running, admin on \(address)")
                    : .bad(
                        "server", "running, but \(server.trouble)",
                        fix: server.hasStopped
                            ? "mend the cause, then restart the server" : "mend the cause")
            ]
        }
        var found: [Diagnosis] = []
        for (name, address) in [("admin", settings.admin.address)]
            + settings.listen.map({ ("listen", $0.address) })
        { found.append(await port(name, address)) }
        return found
    }

    private func port(_ subject: String, _ address: ListenAddress) async -> Diagnosis {
        do {
            let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: address.address.description, port: Int(address.port)).get()
            try await channel.close()
            return .good(subject, "\(address.text) is free")
        } catch {
            return .bad(
                subject, "\(address.text) cannot be listened on: \(SocketProblem(error).words)",
                fix: "stop who uses it, or choose another address")
        }
    }

    /// The services behind the proxy, reached as requests will reach them.
    func services() async -> [Diagnosis] {
        let upstreams: [UpstreamConfiguration]
        do throws(CommandFailure) {
            upstreams = try Assembly(
                deployment: deployment, in: CommandContext.current.surroundings
            ).upstreams()
        } catch {
            // Said by the examination of the configuration.
            return []
        }
        var found: [Diagnosis] = []
        for upstream in upstreams { found.append(await service(upstream)) }
        return found
    }

    private func service(_ upstream: UpstreamConfiguration) async -> Diagnosis {
        let subject = "service \(upstream.name)"
        let place: SafeText = "\(AuthorityText.of(upstream.host, port: Int(upstream.port)))"
        do throws(DataPlaneFault) {
            switch try await upstream.endpoint().probe() {
            case .reached where upstream.tls?.verification == .off:
                return .caution(
                    subject, place + " is reached, and its certificate is not checked",
                    fix: "set tls_verify: true, with its authority in ca")
            case .reached: return .good(subject, place + " is reached")
            case .unreachable(let cause):
                return .bad(
                    subject, place + " cannot be reached: \(cause)",
                    fix: "start the service, or correct upstream.url")
            case .notSecured(let cause):
                return .bad(
                    subject, place + " makes no TLS connection: \(cause)",
                    fix: "have the service speak TLS there as asked, or correct upstream.url")
            case .notTrusted(let cause):
                return .bad(
                    subject, place + " is not trusted: \(cause)",
                    fix:
                        "give its authority in upstream.ca, and the name that its certificate carries"
                )
            }
        } catch {
            return .bad(subject, "\(error.description)", fix: nil)
        }
    }
}
