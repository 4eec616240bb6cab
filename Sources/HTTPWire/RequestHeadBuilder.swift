// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Turns a scanned request into a ``RequestHead``, or finds the reason why it is not one.
///
/// The order of checks is fixed: fields that name the host, target and path, framing, connection,
/// expectation. The first to fail names the fault.
struct RequestHeadBuilder {
    private let limits: Limits
    private let scheme: RequestHead.Scheme

    init(limits: Limits, scheme: RequestHead.Scheme) {
        self.limits = limits
        self.scheme = scheme
    }

    /// Fills in a head that already has its bytes and fields.
    ///
    /// - Parameter repeatsFields: whether its fields are the previous ones, with the same bytes,
    ///   whose meaning it already knows.
    func fill(
        _ head: RequestHead, _ line: RequestLine, repeatsFields: Bool
    ) throws(RequestFault) {
        var bytes: [UInt8] = []
        swap(&bytes, &head.bytes)
        let form: TargetForm
        if repeatsFields, line.version == head.version, head.scheme == nil,
            bytes[line.target.range.lowerBound] == Byte.slash
        {
            form = try TargetForm(bytes.span, line.target.range, host: nil, scheme: scheme)
            moveAuthority(of: head)
        } else {
            var section = FieldSection()
            swap(&section, &head.section)
            form = try read(&section, &bytes, line, of: head)
            swap(&section, &head.section)
        }
        head.firstField = head.section.extent.lowerBound
        let target = try form.canonicalise(&bytes)
        head.method = line.method
        head.methodToken = line.methodToken
        head.version = line.version
        head.target = ByteSlice(target.whole)
        head.path = ByteSlice(target.path)
        head.pathTraits = target.traits
        head.originalPath = target.original.map(ByteSlice.init)
        head.query = target.query.map(ByteSlice.init)
        head.scheme = form.scheme
        swap(&bytes, &head.bytes)
    }

    /// Follows the fields to where they are now.
    private func moveAuthority(of head: RequestHead) {
        let distance = head.section.extent.lowerBound - head.firstField
        guard distance != 0, !head.authority.isEmpty else { return }
        head.authority = head.authority.moved(by: distance)
        head.host = head.host.moved(by: distance)
    }

    /// Reads what the fields say.
    private func read(
        _ section: inout FieldSection, _ bytes: inout [UInt8], _ line: RequestLine,
        of head: RequestHead
    ) throws(RequestFault) -> TargetForm {
        let hostField = try Self.hostField(section, line)
        var host: Authority?
        if let hostField {
            let value = section.fields[hostField].value.range
            host = Authority(bytes.span, value)
            guard host != nil else { throw RequestFault(.malformedHost, at: value.lowerBound) }
        }
        let form = try TargetForm(bytes.span, line.target.range, host: host, scheme: scheme)
        do {
            head.framing =
                try FramingFields.declared(section, in: bytes.span, version: line.version) ?? .none
        } catch {
            throw RequestFault(
                error.kind == .ambiguous ? .ambiguousFraming : .unsupportedTransferCoding,
                at: error.offset)
        }
        do {
            let options = try ConnectionOptions(
                marking: &section, in: bytes.span, limits: limits, of: .request)
            head.keepsAlive = options.persists(line.version)
        } catch {
            throw RequestFault(.malformedHeader, at: error.offset)
        }
        head.expectsContinue =
            try Self.expectsContinue(section, bytes.span) && line.version == .http11
        let authority = Self.canonicalAuthority(
            &bytes, &section, hostField: hostField, host, target: form.authority)
        head.authority = ByteSlice(authority.whole)
        head.host = ByteSlice(authority.host)
        head.port = authority.port
        return form
    }

    /// The position of the only `Host`, which only HTTP/1.0 requests may lack (RFC 9112 §3.2).
    private static func hostField(
        _ section: FieldSection, _ line: RequestLine
    ) throws(RequestFault) -> Int? {
        guard section.seen.contains(.host) else {
            guard line.version == .http10 else {
                throw RequestFault(.malformedHost, at: line.target.range.upperBound)
            }
            return nil
        }
        let position = section.fields.firstIndex { $0.known == .host }
        if section.repeated.contains(.host), let position {
            let name = section.fields[position].name.range
            throw RequestFault(.malformedHost, at: name.lowerBound)
        }
        return position
    }

    /// Host and port in canonical form, in place of `Host` or after the head; empty if nothing
    /// names them.
    private static func canonicalAuthority(
        _ bytes: inout [UInt8], _ section: inout FieldSection, hostField: Int?, _ host: Authority?,
        target: Range<Int>?
    ) -> (whole: Range<Int>, host: Range<Int>, port: UInt16?) {
        guard let hostField, let host else {
            guard let target, let named = Authority(bytes.span, target) else {
                return (0..<0, 0..<0, nil)
            }
            let start = bytes.count
            for place in named.host { bytes.append(Byte.lower(bytes[place])) }
            let end = bytes.count
            if let port = named.port { bytes.append(contentsOf: ":\(port)".utf8) }
            return (start..<bytes.count, start..<end, named.port)
        }
        let value = section.fields[hostField].value.range
        for place in host.host { bytes[place] = Byte.lower(bytes[place]) }
        guard host.hasSurplus else { return (value, host.host, host.port) }
        var end = host.host.upperBound
        if let port = host.port {
            for byte in ":\(port)".utf8 {
                bytes[end] = byte
                end += 1
            }
        }
        let whole = value.lowerBound..<end
        section.shortenValue(ofFieldAt: hostField, to: whole)
        return (whole, host.host, host.port)
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
