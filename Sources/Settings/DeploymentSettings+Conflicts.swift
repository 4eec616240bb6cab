// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Messages
import Policy

// Settings of different sections that conflict.
extension DeploymentSettings {
    func noteServices(_ place: Place, _ reading: Reading) {
        let rules = serviceRules
        for (position, service) in rules.enumerated() {
            for fault in service.faults(beside: Array(rules[..<position])) {
                fault.note(at: place["services"]?[position] ?? place, reading)
            }
        }
    }

    func noteAddresses(_ place: Place, _ reading: Reading) {
        var taken: [ListenAddress] = []
        for (position, listener) in listen.enumerated() {
            let at = place["listen"]?[position]?.nearest("address") ?? place
            // Port 0 is a different port every time.
            if listener.address.port != 0, taken.contains(listener.address) {
                reading.note(.conflict, at: at, Self.repeatedAddress)
            }
            taken.append(listener.address)
        }
        if admin.address.port != 0, taken.contains(admin.address) {
            reading.note(
                .conflict, at: place.nearest("admin", "address"),
                "a listener has the admin address `\(admin.address.text)`; choose another port")
        }
    }

    /// A service that is this proxy: each request would come back as another, for as long as there are connections.
    func noteCircles(_ place: Place, _ reading: Reading) {
        for (position, service) in services.enumerated() {
            let url = service.upstream.url
            guard let address = url.address,
                let own = listen.first(where: { $0.address.isReached(at: address, url.port) })
            else { continue }
            let at = place["services"]?[position] ?? place
            reading.note(
                .conflict, at: at.nearest("upstream", "url"),
                "this proxy listens on `\(own.address.text)` itself; give the address of the service"
            )
        }
    }

    /// A rule that asks for a role which nobody can have never matches; a deny of that kind denies nothing.
    ///
    /// Keys may be made with any role, and tokens may carry any, where their claims are looked at; certificates have
    /// those of their identity.
    func noteRoles(_ place: Place, _ reading: Reading) {
        var known: Set<String> = []
        for identity in identity {
            switch identity.source {
            case .apiKeys: return
            case .jwks(let jwks): if !jwks.rolesClaims.isEmpty { return }
            case .mtls(let mtls): known.formUnion(mtls.roles)
            }
        }
        for (position, service) in services.enumerated() {
            for (number, rule) in service.rules.enumerated() {
                let at = place["services"]?[position]?["rules"]?[number] ?? place
                let roles = (at["allow"] ?? at["deny"] ?? at)["roles"] ?? at
                for (item, role) in (rule.rule.conditions.roles ?? []).enumerated()
                where !known.contains(role) {
                    reading.note(
                        .conflict, at: roles[item] ?? roles,
                        "no identity can give the role `\(role)`, so that the rule never matches"
                            + (known.isEmpty
                                ? "; add an identity that does"
                                : NearestName.hint(role, among: known.sorted())))
                }
            }
        }
    }

    func noteIdentities(_ place: Place, _ reading: Reading) {
        let asksClients = listen.contains { $0.tls?.clientAuthentication ?? .none != .none }
        var names: Set<String> = []
        var issuers: Set<String> = []
        var certificateSources = 0
        for (position, identity) in identity.enumerated() {
            let at = place["identity"]?[position] ?? place
            if !names.insert(identity.name).inserted {
                reading.note(.conflict, at: at.nearest("name"), Self.repeatedIdentity)
            }
            switch identity.source {
            case .apiKeys: break
            case .jwks(let jwks):
                guard !issuers.insert(jwks.issuer).inserted else { break }
                reading.note(
                    .conflict, at: at.nearest("jwks", "issuer"),
                    "another identity has this issuer")
            case .mtls:
                if certificateSources > 0 {
                    reading.note(
                        .conflict, at: at.nearest("mtls"),
                        "another identity takes client certificates already; make one of the two, with all their authorities in one file"
                    )
                }
                certificateSources += 1
                guard !asksClients else { break }
                reading.note(
                    .conflict, at: at.nearest("mtls"),
                    "no listener asks for client certificates; set `client_ca` and `client_auth` under `tls`"
                )
            }
        }
    }
}

extension ListenAddress {
    /// Whether connections to an address of this host come here: to the same, or to one of its loopback where this is
    /// every address.
    fileprivate func isReached(at other: IPAddress, _ port: UInt16) -> Bool {
        guard self.port == port, port != 0 else { return false }
        let isEvery = address == IPAddress(v4: 0) || address == IPAddress(v6: 0)
        return address == other || isEvery && address.family == other.family && other.isLoopback
    }
}
