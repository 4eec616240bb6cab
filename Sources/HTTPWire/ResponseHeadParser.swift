// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads the response heads of one connection to a service, one after the other.
///
/// Interim responses are read and passed over, as many as their bytes' limit admits: no request of ours
/// expects one.
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
    /// Interim responses to the present request.
    package private(set) var interimResponses = 0
    private var interimBytes = 0
    /// Where in the last piece the present head began, if it did not begin before it.
    private var headStart = 0

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
        headStart = 0
        let wasInHead = scanner.isInHead
        while let count = try scanner.scan(input.extracting(consumed..<input.count)) {
            consumed += count
            let scanned = try scanner.take()
            if scanned.startLine.status >= 200 {
                interimResponses = 0
                interimBytes = 0
                let head = try head(scanned, method)
                if wasInHead { scanner.forget() }
                return .complete(head, consumed: consumed)
            }
            try passOver(scanned)
            scanner.forget()
            headStart = consumed
        }
        return .incomplete
    }

    /// The name of the field in which the fault of a head is that ``consume(_:answering:)`` has just thrown for, in
    /// lower case; nil where it is in none.
    package func fieldName(of fault: ResponseFault, in input: Span<UInt8>) -> String? {
        let rest = input.extracting(headStart..<input.count)
        let head = RefusedHead(scanner.refused(rest)[...], at: fault.offset)
        guard case .field(_, let name) = head.place else { return nil }
        return name
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
            // There is no body (RFC 9112 §6.3); one that is announced could be taken for the answer.
            let isEmpty: Bool
            do throws(FramingFault) {
                isEmpty =
                    try AnswerFraming.declared(scanned.section, in: scanned.bytes.span)
                    == .length(0)
            } catch {
                isEmpty = false
            }
            guard isEmpty else {
                throw ResponseFault(.ambiguousFraming, at: field.name.range.lowerBound)
            }
        }
        interimResponses += 1
        interimBytes += scanned.bytes.count
        guard interimBytes <= limits.interimBytes else {
            throw ResponseFault(.interimTooLarge, at: 0)
        }
        scanner.reuse(bytes: scanned.bytes, fields: scanned.section.fields)
    }

    private func head(
        _ scanned: consuming ScannedHead<StatusLine>, _ method: RequestMethod
    ) throws(ResponseFault) -> ResponseHead {
        let line = scanned.startLine
        let bytes = scanned.bytes
        var section = scanned.section
        let mustNotHaveBody = method == .head || line.status == 204 || line.status == 304
        var declared: BodyFraming?
        do {
            declared = try AnswerFraming.declared(section, in: bytes.span)
        } catch {
            // A message without a body ends with its head, whatever its fields say (RFC 9112 §6.3).
            guard mustNotHaveBody else {
                throw ResponseFault(
                    error.kind == .ambiguous ? .ambiguousFraming : .unsupportedTransferCoding,
                    at: error.offset)
            }
            declared = .untilClose
        }
        let options: ConnectionOptions
        do {
            options = try ConnectionOptions(
                marking: &section, in: bytes.span, limits: limits, of: .response)
        } catch {
            throw ResponseFault(.malformedHeader, at: error.offset)
        }
        let framing = mustNotHaveBody ? .none : declared ?? .untilClose
        var declaredLength: UInt64?
        if mustNotHaveBody, line.status != 204, case .length(let length) = declared {
            declaredLength = length
        }
        // Who says chunked with HTTP/1.0 has no right to it and is not believed further (RFC 9112 §6.1).
        let mayPersist =
            framing != .untilClose && (line.version == .http11 || declared != .chunked)
        return ResponseHead(
            bytes: bytes, version: line.version, status: line.status, reason: line.reason,
            framing: framing, declaredLength: declaredLength,
            keepsAlive: mayPersist && options.persists(line.version),
            announcesAbsentBody: mustNotHaveBody && declared != nil && declared != .length(0),
            section: section)
    }
}
