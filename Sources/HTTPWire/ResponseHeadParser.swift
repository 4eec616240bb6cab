// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel

/// Reads the response heads of one connection to a service, one after another.
///
/// Interim responses are read and discarded, as many as their byte limit allows: none of our
/// requests expects one.
package struct ResponseHeadParser: ~Copyable {
    /// How far a head has come.
    package enum Progress {
        /// All bytes were taken and more are needed.
        case incomplete
        /// The head and how many of the bytes just given were consumed; the body follows them.
        case complete(ResponseHead, consumed: Int)
    }

    private let limits: Limits
    private var scanner: HeadScanner<ResponseGrammar>
    /// Interim responses to the present request.
    package private(set) var interimResponses = 0
    private var interimBytes = 0
    /// Where in the last piece the present head began, unless it began earlier.
    private var headStart = 0
    /// A head that nobody needs any longer.
    private var spare: ResponseHead?

    package init(limits: Limits) {
        self.limits = limits
        scanner = HeadScanner(limits: limits)
    }

    /// Whether a response has begun: an interim one or part of a head has arrived.
    package var isInHead: Bool { scanner.isInHead || interimResponses > 0 }

    /// Reads on from where the last piece ended.
    ///
    /// - Parameter method: the method of the request being answered.
    package mutating func consume(
        _ input: Span<UInt8>, answering method: Method
    ) throws(ResponseFault) -> Progress {
        var consumed = 0
        headStart = 0
        let wasInHead = scanner.isInHead
        while let count = try scanner.scan(input.extracting(consumed..<input.count)) {
            consumed += count
            let head = spare.take() ?? ResponseHead()
            let (line, repeatsFields) = try scanner.take(&head.bytes, &head.section)
            if !repeatsFields { head.saying = .unread }
            if line.status >= 200 {
                interimResponses = 0
                interimBytes = 0
                try fill(head, line, method)
                if wasInHead { scanner.forget() }
                return .complete(head, consumed: consumed)
            }
            try passOver(head, line)
            scanner.forget()
            headStart = consumed
        }
        return .incomplete
    }

    /// The lower-case name of the field at fault in the head for which ``consume(_:answering:)``
    /// just threw; nil if the fault is in none.
    package func fieldName(of fault: ResponseFault, in input: Span<UInt8>) -> String? {
        let rest = input.extracting(headStart..<input.count)
        let head = RefusedHead(scanner.refused(rest)[...], at: fault.offset)
        guard case .field(_, let name) = head.place else { return nil }
        return name
    }

    /// Takes back the memory of a head that nobody needs any longer, for the next one.
    package mutating func recycle(_ head: consuming ResponseHead) {
        guard isKnownUniquelyReferenced(&head) else { return }
        scanner.reuse(&head.bytes, &head.section)
        spare = head
    }

    private mutating func passOver(
        _ head: consuming ResponseHead, _ line: StatusLine
    ) throws(ResponseFault) {
        guard line.status != 101 else { throw ResponseFault(.unexpectedUpgrade, at: 0) }
        let bytes = head.bytes
        for field in head.section.fields where KnownFieldSet.framing.contains(field.known) {
            // There is no body (RFC 9112 §6.3); one that is announced could be mistaken for the
            // answer.
            let isEmpty: Bool
            do throws(FramingFault) {
                isEmpty =
                    try AnswerFraming.declared(head.section, in: bytes.span) == .length(0)
            } catch {
                isEmpty = false
            }
            guard isEmpty else {
                throw ResponseFault(.ambiguousFraming, at: field.name.range.lowerBound)
            }
        }
        interimResponses += 1
        interimBytes += head.bytes.count
        guard interimBytes <= limits.interimBytes else {
            throw ResponseFault(.interimTooLarge, at: 0)
        }
        recycle(head)
        // What its fields say was not interpreted.
        scanner.forgetEarlier()
    }

    /// Fills in a head that already has its bytes and fields.
    private func fill(
        _ head: ResponseHead, _ line: StatusLine, _ method: Method
    ) throws(ResponseFault) {
        let (declared, options): (BodyFraming?, ConnectionOptions)
        let mustNotHaveBody = method.isHead || line.status == 204 || line.status == 304
        if case .unread = head.saying { head.saying = try saying(head, mustNotHaveBody) }
        switch head.saying {
        case .read(let said, let asked): (declared, options) = (said, asked)
        case .readWithoutFraming(let fault, let asked):
            // A message without a body ends with its head, whatever its fields say (RFC 9112 §6.3).
            guard mustNotHaveBody else { throw ResponseFault(fault) }
            (declared, options) = (.untilClose, asked)
        case .unread: preconditionFailure("HeadsAreComplete: an answer's fields were not read")
        }
        head.version = line.version
        head.status = line.status
        head.reason = line.reason
        head.framing = mustNotHaveBody ? .none : declared ?? .untilClose
        head.declaredLength = nil
        if mustNotHaveBody, line.status != 204, case .length(let length) = declared {
            head.declaredLength = length
        }
        // A service that sends chunked with HTTP/1.0 may not do so and is trusted no further (RFC
        // 9112 §6.1).
        let mayPersist =
            head.framing != .untilClose && (line.version == .http11 || declared != .chunked)
        head.keepsAlive = mayPersist && options.persists(line.version)
        head.announcesAbsentBody = mustNotHaveBody && declared != nil && declared != .length(0)
    }

    private func saying(
        _ head: ResponseHead, _ mustNotHaveBody: Bool
    ) throws(ResponseFault) -> ResponseHead.Saying {
        let bytes = head.bytes
        var declared: BodyFraming?
        var framingFault: FramingFault?
        do throws(FramingFault) {
            declared = try AnswerFraming.declared(head.section, in: bytes.span)
        } catch {
            guard mustNotHaveBody else { throw ResponseFault(error) }
            framingFault = error
        }
        do throws(OffsetFault) {
            let options = try ConnectionOptions(
                marking: &head.section, in: bytes.span, limits: limits, of: .response)
            if let framingFault { return .readWithoutFraming(framingFault, options) }
            return .read(declared, options)
        } catch {
            throw ResponseFault(.malformedHeader, at: error.offset)
        }
    }
}

extension ResponseFault {
    fileprivate init(_ fault: FramingFault) {
        self.init(
            fault.kind == .ambiguous ? .ambiguousFraming : .unsupportedTransferCoding,
            at: fault.offset)
    }
}
