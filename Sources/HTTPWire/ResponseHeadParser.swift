// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads the response heads of one connection to a service, one after the other.
///
/// Interim responses are read, counted and passed over: no request of ours expects one.
package struct ResponseHeadParser: ~Copyable {
    /// How far a head has come.
    package enum Progress: Sendable {
        /// All bytes were taken and more are needed.
        case incomplete
        /// The head and how many of the bytes just given were taken; the body follows them.
        case complete(ResponseHead, consumed: Int)
    }

    private let limits: Limits
    private var scanner: HeadScanner<ResponseGrammar>
    private var interimResponses = 0

    package init(limits: Limits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    /// Whether a response has begun: an interim one or part of a head has arrived.
    package var isInHead: Bool { scanner.isInHead || interimResponses > 0 }

    /// Reads on from where the last piece ended.
    ///
    /// - Parameter method: the method of the request that is being answered.
    package mutating func consume(
        _ input: Span<UInt8>, answering method: RequestMethod
    ) throws(ResponseFault) -> Progress {
        var consumed = 0
        while let count = try scanner.scan(input.extracting(consumed..<input.count)) {
            consumed += count
            let scanned = scanner.take()
            if scanned.startLine.status >= 200 {
                interimResponses = 0
                return .complete(try head(scanned, method), consumed: consumed)
            }
            try passOver(scanned)
        }
        return .incomplete
    }

    /// Takes back the memory of a head that nobody needs any more, for the next one.
    package mutating func recycle(_ head: consuming ResponseHead) {
        scanner.reuse(bytes: head.bytes, fields: head.section.fields)
    }

    private mutating func passOver(
        _ scanned: ScannedHead<StatusLine>
    ) throws(ResponseFault) {
        guard scanned.startLine.status != 101 else {
            throw ResponseFault(.unexpectedUpgrade, at: 0)
        }
        for field in scanned.section.fields where KnownFieldSet.framing.contains(field.known) {
            throw ResponseFault(.ambiguousFraming, at: field.name.range.lowerBound)
        }
        interimResponses += 1
        guard interimResponses <= limits.interimResponses else {
            throw ResponseFault(.tooManyInterimResponses, at: 0)
        }
        scanner.reuse(bytes: scanned.bytes, fields: scanned.section.fields)
    }

    private func head(
        _ scanned: consuming ScannedHead<StatusLine>, _ method: RequestMethod
    ) throws(ResponseFault) -> ResponseHead {
        let line = scanned.startLine
        let bytes = scanned.bytes
        var section = scanned.section
        let declared: BodyFraming?
        do {
            declared = try FramingFields.declared(
                section, in: bytes.span, version: line.version, of: .response)
        } catch {
            throw ResponseFault(
                error.kind == .ambiguous ? .ambiguousFraming : .unsupportedTransferCoding,
                at: error.offset)
        }
        let options: ConnectionOptions
        do {
            options = try ConnectionOptions(marking: &section, in: bytes.span, limits: limits)
        } catch {
            throw ResponseFault(.malformedHeader, at: error.offset)
        }
        let (framing, declaredLength) = try Self.framing(line.status, method, declared)
        // A body that is announced and must not come: who sends it all the same sends it into the next answer.
        let mayComeLate = framing == .none && declared != nil && declared != .length(0)
        return ResponseHead(
            bytes: bytes, version: line.version, status: line.status, reason: line.reason,
            framing: framing, declaredLength: declaredLength,
            keepsAlive: framing != .untilClose && !mayComeLate && options.persists(line.version),
            section: section)
    }

    /// RFC 9112 §6.3, in its order.
    private static func framing(
        _ status: UInt16, _ method: RequestMethod, _ declared: BodyFraming?
    ) throws(ResponseFault) -> (BodyFraming, declaredLength: UInt64?) {
        if status == 204 {
            // A 204 that announces a body contradicts itself; a length of zero does no harm.
            guard declared == nil || declared == .length(0) else {
                throw ResponseFault(.ambiguousFraming, at: 0)
            }
            return (.none, nil)
        }
        if method == .head || status == 304 {
            guard case .length(let length) = declared else { return (.none, nil) }
            return (.none, length)
        }
        return (declared ?? .untilClose, nil)
    }
}
