// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import Access
internal import HTTPWire
internal import Identity

extension AccessRequest {
    /// What an exchange needs to know of a head; its buffer is shared, not copied.
    ///
    /// - Parameters:
    ///   - rules: say where to look for credentials and what to keep.
    ///   - isTrusted: whether the peer may say where the request came from.
    init(_ head: RequestHead, _ rules: ExchangeRules, isTrusted: Bool) {
        var credentials = CredentialFields()
        var userAgent: Range<Int>?
        var trace: TraceContext?
        let text = head.bytes
        let bytes = text.span
        for field in head.fields {
            let value = field.value.range
            switch field.known {
            case .authorization:
                credentials.addAuthorization(
                    bytes.extracting(value), at: value.lowerBound,
                    rules.identity.places.authorization)
            case .xAPIKey:
                credentials.addAPIKey(
                    bytes.extracting(value), at: value.lowerBound, rules.identity.places.xAPIKey)
            case .userAgent: if userAgent == nil { userAgent = value }
            case .traceparent:
                if !head.isRepeated(.traceparent) {
                    trace = TraceContext(traceparent: bytes.extracting(value))
                }
            default: continue
            }
        }
        if !rules.identity.places.named.isEmpty {
            credentials.add(named: rules.identity.places.named, of: head)
        }
        self.init(
            bytes: text,
            facts: .http(
                HTTPRequestFacts(
                    host: head.host.range, path: head.path.range, query: head.query?.range,
                    method: head.method, version: HTTPFacts.Version(head.version),
                    traits: head.isOrdinary ? .none : HTTPRequestFacts.Traits(head))),
            credential: credentials.credential, trace: trace, userAgent: userAgent,
            forwarded: isTrusted && rules.privacy.forwarded ? head.values(of: .xForwardedFor) : [],
            kept: rules.privacy.fields.isEmpty ? [] : head.kept(rules.privacy.fields))
    }
}

extension CredentialFields {
    /// Looks into fields chosen by the configuration.
    fileprivate mutating func add(named: [CredentialPlaces.Named], of head: RequestHead) {
        let text = head.bytes
        let bytes = text.span
        for place in named {
            var isRepeated = false
            for field in head.fields where head.isNamed(field, place.name) {
                let value = field.value.range
                addNamed(
                    bytes.extracting(value), at: value.lowerBound, place.kinds,
                    isRepeated: isRepeated)
                isRepeated = true
            }
        }
    }
}

extension RequestHead {
    /// Where the values of all fields of a kind are.
    fileprivate func values(of known: KnownField) -> [Range<Int>] {
        fields.filter { $0.known == known }.map(\.value.range)
    }

    /// The fields of these names, which are in lower case.
    fileprivate func kept(_ names: [String]) -> [KeptField] {
        var kept: [KeptField] = []
        for (position, name) in names.enumerated() {
            let name = Array(name.utf8)
            for field in fields where isNamed(field, name) {
                kept.append(KeptField(position: position, value: field.value.range))
            }
        }
        return kept
    }

    /// Whether a field has a name, given in lower case.
    fileprivate func isNamed(_ field: FieldSlice, _ name: [UInt8]) -> Bool {
        let own = bytes(of: field.name)
        return own.count == name.count
            && zip(own, name).allSatisfy { byte, letter in
                ((0x41...0x5A).contains(byte) ? byte | 0x20 : byte) == letter
            }
    }
}

extension RequestHead {
    /// Whether it has none of the ``HTTPRequestFacts/Traits``, like nearly all.
    fileprivate var isOrdinary: Bool {
        !pathTraits.contains(.otherReadings) && !pathTraits.contains(.encodedSlash)
            && originalPath == nil && !has(.upgrade) && !asksForAnotherMethod
    }
}

extension HTTPRequestFacts.Traits {
    fileprivate init(_ head: RequestHead) {
        self.init(
            hasOtherReadings: head.pathTraits.contains(.otherReadings),
            hasEncodedSlash: head.pathTraits.contains(.encodedSlash),
            asksUpgrade: head.asksWebSocket, overrides: head.methodOverrides.map { Method($0) },
            originalPath: head.originalPath?.range)
    }
}

extension HTTPFacts.Version {
    init(_ version: HTTPVersion) {
        self =
            switch version {
            case .http10: .http10
            case .http11: .http11
            }
    }
}
