// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
internal import ByteCoding

/// The parts of a request that its readings depend on; ranges refer to ``head``.
package struct ReadableRequest: Sendable {
    package let head: [UInt8]
    package let host: Range<Int>
    /// In canonical form.
    package let path: Range<Int>
    package let method: Method
    /// The methods that header fields ask for.
    package let overrides: [Method]
    /// Whether some services read another path from it.
    package let hasOtherReadings: Bool

    package init(
        head: [UInt8], host: Range<Int>, path: Range<Int>, method: Method, overrides: [Method],
        hasOtherReadings: Bool
    ) {
        self.head = head
        self.host = host
        self.path = path
        self.method = method
        self.overrides = overrides
        self.hasOtherReadings = hasOtherReadings
    }
}

/// What the other readings mean for a request that its canonical reading allows.
package enum ReadingVerdict: Hashable, Sendable {
    /// Each of them is allowed.
    case allowed
    /// One of them is not.
    case denied(Decision)
    /// One of them leads out of the path, or there are too many: no honest client sends this.
    case malformed(RequestReading)
}

extension Rulebook {
    /// The route of a request: as it is, or else without the parameters of its path's segments.
    ///
    /// Templates have no parameters (RFC 3986 §3.3), so `/home;jsessionid=1` is `/home` if that is listed.
    @inline(__always)
    package func route(
        host: Span<UInt8>, path: Span<UInt8>, method: Method, hasOtherReadings: Bool
    ) -> Routing {
        let routing = route(host: host, path: path, method: method)
        guard hasOtherReadings, routing.match == nil else { return routing }
        let found = routeWithoutParameters(host: host, path: path, method: method)
        return found?.match == nil ? routing : found ?? routing
    }

    private func routeWithoutParameters(
        host: Span<UInt8>, path: Span<UInt8>, method: Method
    ) -> Routing? {
        PathChange.withoutParameters([UInt8](copying: path)).map {
            route(host: host, path: $0.span, method: method)
        }
    }

    /// Why a request that is allowed as it is must still be refused, because of another reading.
    package func objection(
        to request: ReadableRequest, match: RouteMatch, contenders: [Contender],
        principal: Principal
    ) -> Decision? {
        switch decideReadings(
            of: request, match: match, contenders: contenders, principal: principal)
        {
        case .allowed: return nil
        case .denied(let decision): return decision
        case .malformed(let reading):
            return refusal(of: match, .malformedPath).replacing(reading: reading)
        }
    }

    /// Asks the rules about each reading except the canonical one, which `match` belongs to and the rules allow.
    ///
    /// `DecidedUnderEveryReading`: a request passes only if no service, however it reads the request, would do what
    /// the rules deny. Off the common path: most requests have a single reading.
    package func decideReadings(
        of request: ReadableRequest, match: RouteMatch, contenders: [Contender],
        principal: Principal
    ) -> ReadingVerdict {
        let methods =
            [(request.method, RequestReading())]
            + request.overrides.map { ($0, RequestReading.methodOverride) }
        let host = request.head.span.extracting(request.host)
        let path = request.head.span.extracting(request.path)
        for contender in contenders {
            for (method, also) in methods {
                let objection = objection(
                    to: contender, beside: match, method, principal, also: also)
                if let objection { return .denied(objection) }
            }
        }
        for (method, also) in methods.dropFirst() {
            let objection = objection(
                to: path, host, method, principal, beside: match, reading: also)
            if let objection { return .denied(objection) }
        }
        guard request.hasOtherReadings else { return .allowed }
        let readings: PathReadings
        do throws(PathReadings.Fault) {
            let all = try PathReadings(of: path, isSlash: true)
            // Where `%2F` belongs to a name it may still not lead out of the path: a service that decodes
            // first would follow `..%2F`.
            readings = allowsEncodedSlash(match) ? try PathReadings(of: path, isSlash: false) : all
        } catch {
            guard case .leadsElsewhere(let reading) = error else { return .malformed([]) }
            return .malformed(reading)
        }
        for other in readings.others {
            for (method, also) in methods {
                let objection = objection(
                    to: other.path.span, host, method, principal, beside: match,
                    reading: other.reading.union(also))
                if let objection { return .denied(objection) }
            }
        }
        return .allowed
    }

    /// Why one reading is not allowed; nil if it is.
    private func objection(
        to path: Span<UInt8>, _ host: Span<UInt8>, _ method: Method, _ principal: Principal,
        beside match: RouteMatch, reading: RequestReading
    ) -> Decision? {
        switch route(host: host, path: path, method: method) {
        case .matched(let found):
            return objection(to: found, method, principal, reading)
        case .contested(let found, let contenders):
            if let objection = objection(to: found, method, principal, reading) {
                return objection
            }
            for contender in contenders {
                let objection = objection(
                    to: contender, beside: match, method, principal, also: reading)
                if let objection { return objection }
            }
            return nil
        case .noRoute, .unlisted, .methodNotAllowed:
            // Templates have no parameters: the reading without them covers this.
            guard !Self.holdsParameters(path) else { return nil }
            return denial(beside: match, reading)
        }
    }

    private func objection(
        to contender: Contender, beside match: RouteMatch, _ method: Method,
        _ principal: Principal, also: RequestReading
    ) -> Decision? {
        let reading = contender.reading.union(also)
        guard let found = contender.match else { return denial(beside: match, reading) }
        return objection(to: found, method, principal, reading)
    }

    private func objection(
        to match: RouteMatch, _ method: Method, _ principal: Principal, _ reading: RequestReading
    ) -> Decision? {
        let decision = decide(match, method: method, principal: principal)
        guard decision.effect != .allow else { return nil }
        // With credentials, the answer might differ.
        guard decision.reason != .noCredentials else { return decision.replacing(reading: reading) }
        return decision.replacing(
            effect: Reason.ruleDenied.effect, reason: .ruleDenied, reading: reading)
    }

    /// What has no listed route is denied by no particular rule.
    private func denial(beside match: RouteMatch, _ reading: RequestReading) -> Decision {
        refusal(of: match, .ruleDenied).replacing(reading: reading)
    }

    private static func holdsParameters(_ path: Span<UInt8>) -> Bool {
        for place in path.indices where path[place] == UInt8(ascii: ";") { return true }
        return false
    }
}
