// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
package import AuditRecords
package import Identity
package import Policy

/// One configuration as exchanges use it: immutable, shared by all event loops, replaced whole by a reload.
package final class ExchangeRules: Sendable {
    package let rulebook: Rulebook
    package let identity: IdentitySources
    /// Which personal values are committed to at all.
    package let privacy: PrivacyChoices
    /// Whether anything is kept of where requests come from.
    let keepsPlace: Bool
    /// `dst` of each service's records, by ``ServiceIndex``.
    private let services: [EncodedService]
    /// The same in records of accesses that never reached the service.
    private let refusing: [EncodedService]
    /// `limit.bucket` of each service's records.
    let buckets: [EncodedText?]
    /// `http.route` of each service's listed routes, and of the service as a whole.
    private let routes: [[EncodedRoute]]
    private let wholes: [EncodedRoute]

    /// - Parameter services: where each of the rulebook's services is, in its order.
    package init(
        rulebook: Rulebook, identity: IdentitySources, privacy: PrivacyChoices,
        services: [EncodedService]
    ) {
        precondition(
            services.count == rulebook.services.count,
            "EveryServiceHasAPlace: as many places as services")
        self.rulebook = rulebook
        self.identity = identity
        self.privacy = privacy
        keepsPlace = privacy.hasPlace
        self.services = services
        refusing = services.map(\.unasked)
        buckets = rulebook.services.map { $0.limit.map { EncodedText($0.per.rawValue) } }
        routes = rulebook.services.map { $0.routes.map { EncodedRoute($0.pattern.template.text) } }
        wholes = rulebook.services.indices.map { place in
            EncodedRoute(rulebook.wholeTemplate(of: ServiceIndex(place)).text)
        }
    }

    /// `dst` of a record.
    func service(_ match: RouteMatch, isAsked: Bool) -> EncodedService {
        isAsked ? services[match.service.value] : refusing[match.service.value]
    }

    /// `dst` of a record of what matches no route of a service.
    func unasked(_ service: ServiceIndex) -> EncodedService { refusing[service.value] }

    func route(_ match: RouteMatch) -> EncodedRoute {
        guard let route = match.route else { return wholes[match.service.value] }
        return routes[match.service.value][route.value]
    }
}

/// Which personal values records commit to; what is not chosen is kept nowhere.
package struct PrivacyChoices: Hashable, Sendable {
    package var name: Bool
    package var email: Bool
    package var address: Bool
    package var userAgent: Bool
    package var path: Bool
    package var query: Bool
    /// The subject in the identity source's own words.
    package var subject: Bool
    package var port: Bool
    /// The address of a trusted proxy between the client and us.
    package var peerAddress: Bool
    /// The addresses that trusted proxies name.
    package var forwarded: Bool
    package var tls: Bool
    /// Request fields to keep, in lower case.
    package var fields: [String]

    package init(
        name: Bool, email: Bool, address: Bool, userAgent: Bool, path: Bool, query: Bool,
        subject: Bool = false, port: Bool = false, peerAddress: Bool = false,
        forwarded: Bool = false, tls: Bool = false, fields: [String] = []
    ) {
        self.name = name
        self.email = email
        self.address = address
        self.userAgent = userAgent
        self.path = path
        self.query = query
        self.subject = subject
        self.port = port
        self.peerAddress = peerAddress
        self.forwarded = forwarded
        self.tls = tls
        self.fields = fields
    }

    /// Whether anything is kept of where requests come from.
    var hasPlace: Bool {
        address || userAgent || port || peerAddress || forwarded || tls
    }
}
