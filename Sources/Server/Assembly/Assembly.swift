// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Crypto
package import HTTPPlane
internal import Transport
import Access
import Identity
package import Messages
import Policy
package import Settings

/// Turns a configuration into what the rooms below run on: reads the files it names, and nothing else.
package struct Assembly {
    let deployment: Deployment
    let surroundings: Surroundings
    /// What was read so far, so that every part sees the same content, and its digests.
    let files = DecidingFiles()

    package init(deployment: Deployment, in surroundings: Surroundings) {
        self.deployment = deployment
        self.surroundings = surroundings
    }

    private var settings: DeploymentSettings { deployment.settings }

    /// What decides requests, and which keys let callers in.
    package struct Rules {
        let exchange: ExchangeRules
        let roll: CredentialRoll
        /// What was skipped.
        package let notes: [SafeText]
        /// To be written to disk before these rules take effect.
        let ended: EndedKeys
        package let revived: [RevivedKey]
    }

    /// What decides requests.
    ///
    /// - Parameters:
    ///   - generation: one more than that of the configuration before.
    ///   - digestKey: under which token ids are digested for records.
    ///   - before: the identity sources in force until now, if any are: what is remembered of those that stay the same
    ///     goes on holding.
    func rules(
        generation: UInt64, digestKey: SymmetricKey, after before: IdentitySources?
    ) throws(CommandFailure) -> Rules {
        var identity = IdentityAssembly(
            settings: settings, files: files, ended: try EndedKeys(in: settings.log.state),
            surroundings: surroundings)
        let sources = try identity.sources(
            generation: generation, digestKey: digestKey, after: before)
        return Rules(
            exchange: exchangeRules(sources), roll: identity.roll,
            notes: identity.notes + identity.revived.map(\.finding), ended: identity.ended,
            revived: identity.revived)
    }

    private func exchangeRules(_ identity: IdentitySources) -> ExchangeRules {
        let commit = settings.privacy.commit
        return ExchangeRules(
            rulebook: deployment.rulebook, identity: identity,
            privacy: PrivacyChoices(
                name: commit.who.contains(.name), email: commit.who.contains(.email),
                address: commit.place.contains(.ip),
                userAgent: commit.place.contains(.userAgent),
                path: commit.what.contains(.path), query: commit.what.contains(.query),
                subject: commit.who.contains(.subject), port: commit.place.contains(.port),
                peerAddress: commit.place.contains(.peerIP),
                forwarded: commit.place.contains(.forwarded), tls: commit.place.contains(.tls),
                fields: commit.payload.contains(.headers) ? settings.privacy.captureHeaders : []),
            services: settings.services.map { service in
                EncodedService(
                    name: service.name, address: service.upstream.url.host,
                    port: service.upstream.url.port,
                    tlsVerified: service.upstream.url.scheme == .https
                        ? service.upstream.verifiesTLS : nil)
            })
    }

    /// Where services are, in the rulebook's order.
    package func upstreams() throws(CommandFailure) -> [UpstreamConfiguration] {
        try settings.services.map(upstream)
    }

    /// How one service is reached.
    func upstream(_ service: ServiceSettings) throws(CommandFailure) -> UpstreamConfiguration {
        let upstream = service.upstream
        var configuration = UpstreamConfiguration(
            name: service.name, host: upstream.url.host, port: upstream.url.port,
            tls: try tls(upstream), hostField: upstream.hostField)
        configuration.limits = upstream.limits
        configuration.timeouts = upstream.timeouts
        configuration.pool = upstream.pool
        configuration.forwardsCredentials = service.credentials.isForwarded
        configuration.removedFields = service.strip.added
        configuration.keptFields = service.strip.kept
        configuration.via = service.via
        return configuration
    }

    private func tls(_ upstream: UpstreamSettings) throws(CommandFailure) -> UpstreamTLS? {
        guard upstream.url.scheme == .https else { return nil }
        guard upstream.verifiesTLS else { return UpstreamTLS(verification: .off, serverName: nil) }
        let authorities = try upstream.ca.map { path throws(CommandFailure) in
            try files.read(path, .serviceAuthorities)
        }
        return UpstreamTLS(verification: .full(authorities: authorities), serverName: nil)
    }

    /// Where clients connect.
    func listeners() throws(CommandFailure) -> [HTTPListenerConfiguration] {
        try settings.listen.map(self.listener)
    }

    /// One place where clients connect.
    func listener(_ listener: ListenerSettings) throws(CommandFailure) -> HTTPListenerConfiguration
    {
        HTTPListenerConfiguration(
            host: listener.address.address.text, port: Int(listener.address.port),
            tls: try tls(listener), trustedProxies: listener.trustedProxies,
            limits: listener.http)
    }

    private func tls(_ listener: ListenerSettings) throws(CommandFailure) -> ListenerTLS? {
        guard let tls = listener.tls else { return nil }
        let authentication: ListenerTLS.ClientAuthentication
        switch (tls.clientAuthentication, tls.clientCA) {
        case (.none, _), (_, nil): authentication = .none
        case (.optional, .some(let ca)):
            authentication = .optional(authorities: try files.read(ca, .clientAuthorities))
        case (.required, .some(let ca)):
            authentication = .required(authorities: try files.read(ca, .clientAuthorities))
        }
        var shown = ListenerTLS(
            certificateChain: try files.read(tls.certificate, .certificate),
            privateKey: try files.privateKey(tls.key),
            minimumVersion: tls.minimum == .v1_3 ? .tls13 : .tls12,
            clientAuthentication: authentication)
        shown.ciphers = tls.ciphers.compactMap { ListenerTLS.Cipher(rawValue: $0.rawValue) }
        return shown
    }
}
