// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Turns a scanned request into a ``RequestHead``, or finds the reason why it is none.
///
/// The order of checks is fixed: fields that name the host, target and path, framing, connection,
/// expectation. The first to fail names the fault.
struct RequestHeadBuilder {
    private let limits: Limits
    private let encodedSlashes: CanonicalPath.EncodedSlashes

    init(limits: Limits, encodedSlashes: CanonicalPath.EncodedSlashes) {
        self.limits = limits
        self.encodedSlashes = encodedSlashes
    }

    func head(_ scanned: consuming ScannedHead<RequestLine>) throws(RequestFault) -> RequestHead {
        var bytes = scanned.bytes
        scanned.bytes = []
        var section = scanned.section
        let line = scanned.startLine
        let hostValue = try Self.hostValue(section, line)
        guard let authority = Authority(bytes.span, hostValue) else {
            throw RequestFault(.malformedHost, at: hostValue.lowerBound)
        }
        let form = try TargetForm(bytes.span, line.target.range, host: authority)
        let framing: BodyFraming
        do {
            framing =
                try FramingFields.declared(
                    section, in: bytes.span, version: line.version) ?? .none
        } catch {
            throw RequestFault(
                error.kind == .ambiguous ? .ambiguousFraming : .unsupportedTransferCoding,
                at: error.offset)
        }
        let options: ConnectionOptions
        do {
            options = try ConnectionOptions(
                marking: &section, in: bytes.span, limits: limits, of: .request)
        } catch {
            throw RequestFault(.malformedHeader, at: error.offset)
        }
        let expectsContinue = try Self.expectsContinue(section, bytes.span)
        for place in hostValue { bytes[place] = Byte.lower(bytes[place]) }
        let target = try form.canonicalise(&bytes, encodedSlashes: encodedSlashes)
        return RequestHead(
            bytes: bytes, method: line.method, methodToken: line.methodToken,
            version: line.version, target: ByteSlice(target.whole), path: ByteSlice(target.path),
            pathTraits: target.traits, query: target.query.map(ByteSlice.init),
            scheme: form.scheme, authority: ByteSlice(hostValue), host: ByteSlice(authority.host),
            port: authority.port, framing: framing,
            expectsContinue: expectsContinue && line.version == .http11,
            keepsAlive: options.persists(line.version), section: section)
    }

    /// The value of the only `Host`, which HTTP/1.0 requests must have here as well.
    private static func hostValue(
        _ section: FieldSection, _ line: RequestLine
    ) throws(RequestFault) -> Range<Int> {
        for field in section.fields where field.known == .host {
            guard !section.repeated.contains(.host) else {
                throw RequestFault(.malformedHost, at: field.name.range.lowerBound)
            }
            return field.value.range
        }
        throw RequestFault(.malformedHost, at: line.target.range.upperBound)
    }

    private static func expectsContinue(
        _ section: FieldSection, _ bytes: Span<UInt8>
    ) throws(RequestFault) -> Bool {
        guard section.seen.contains(.expect) else { return false }
        for field in section.fields where field.known == .expect {
            guard bytes.spells("100-continue", in: field.value.range),
                !section.repeated.contains(.expect)
            else { throw RequestFault(.unknownExpectation, at: field.value.range.lowerBound) }
        }
        return true
    }
}
