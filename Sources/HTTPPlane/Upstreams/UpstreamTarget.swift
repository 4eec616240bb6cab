// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import ByteCoding
internal import HTTPWire
internal import Transport

/// Where one service is, checked and ready for connections; shared by all event loops.
final class UpstreamTarget: Sendable {
    let configuration: UpstreamConfiguration
    let endpoint: ServiceEndpoint
    /// `Host`, if it is not the client's.
    let hostField: [UInt8]?
    /// `Host` if the client names none.
    let ownHost: [UInt8]
    /// What its URLs begin with if it names itself by its address.
    let origin: WebOrigin
    /// Whether it has its own choice of fields.
    let choosesFields: Bool
    /// Nil: the usual.
    let fieldChoice: FieldChoice?
    /// What `Via` calls this proxy; nil: nothing.
    let via: [UInt8]?
    let patience: ServicePatience
    let idleTimeout: Moment.Interval
    let mostAge: Moment.Interval

    init(_ configuration: UpstreamConfiguration) throws(DataPlaneFault) {
        self.configuration = configuration
        endpoint = try configuration.endpoint()
        ownHost = Array(Self.authority(configuration).utf8)
        hostField =
            switch configuration.hostField {
            case .preserved: nil
            case .own: ownHost
            case .literal(let text): Array(text.utf8)
            }
        guard
            let origin = WebOrigin(
                isSecure: configuration.tls != nil, host: configuration.host,
                port: configuration.port)
        else {
            throw DataPlaneFault(
                .upstreamName,
                "Upstream \(configuration.name) has no host; set the name or address of the service."
            )
        }
        self.origin = origin
        fieldChoice = try Self.fieldChoice(configuration)
        via = try configuration.via.map { text throws(DataPlaneFault) in
            guard FieldName(text) != nil else {
                throw DataPlaneFault(
                    .upstreamFields,
                    "`\(text)` cannot stand in Via; use letters, digits, dots and hyphens.")
            }
            return Array(text.utf8)
        }
        choosesFields = fieldChoice != nil || via != nil
        let timeouts = configuration.timeouts
        patience = ServicePatience(
            connect: Moment.Interval(timeouts.connect), head: Moment.Interval(timeouts.head),
            body: Moment.Interval(timeouts.body),
            eventStream: timeouts.eventStream.map(Moment.Interval.init))
        idleTimeout = Moment.Interval(configuration.pool.idleTimeout)
        mostAge = Moment.Interval(configuration.pool.mostAge)
    }

    var connectTimeout: Moment.Interval { endpoint.connectTimeout }

    private static func fieldChoice(
        _ configuration: UpstreamConfiguration
    ) throws(DataPlaneFault) -> FieldChoice? {
        let (removed, kept) = (configuration.removedFields, configuration.keptFields)
        guard !removed.isEmpty || !kept.isEmpty else { return nil }
        do throws(FieldChoice.Fault) {
            return try FieldChoice(removing: removed, keeping: kept)
        } catch {
            let why =
                switch error {
                case .noName(let name): "`\(name)` is no field's name; correct it"
                case .neverPasses(let name): "`\(name)` never passes as it came; take it out"
                case .ours(let name): "`\(name)` is set by this proxy alone; take it out"
                case .passesAnyway(let name): "`\(name)` passes without being kept; take it out"
                }
            throw DataPlaneFault(
                .upstreamFields, "In `strip` of service \(configuration.name), \(why).")
        }
    }

    /// The service's own `Host`: with its port unless that is the scheme's.
    private static func authority(_ configuration: UpstreamConfiguration) -> String {
        let isUsual = configuration.port == (configuration.tls == nil ? 80 : 443)
        let port = isUsual ? nil : Int(configuration.port)
        return AuthorityText.of(configuration.host, port: port).lowercased()
    }
}
