// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads request heads from a connection, one after another.
///
/// Give it the bytes that follow the previous message. Once it has thrown, neither the connection
/// nor the parser is of further use.
package struct RequestHeadParser: ~Copyable {
    /// How far a head has come.
    package enum Progress {
        /// All bytes were taken and more are needed.
        case incomplete
        /// The head and how many of the bytes just given belong to it; the rest follow it.
        case complete(RequestHead, consumed: Int)
    }

    private var scanner: HeadScanner<RequestGrammar>
    private let builder: RequestHeadBuilder
    /// A head that nobody needs any longer.
    private var spare: RequestHead?

    /// - Parameter scheme: what the connection speaks; an absolute target of another is refused.
    package init(limits: Limits, scheme: RequestHead.Scheme) {
        scanner = HeadScanner(limits: limits)
        builder = RequestHeadBuilder(limits: limits, scheme: scheme)
    }

    /// Whether part of a head has arrived: then its deadline runs, and a closed connection cut it short.
    package var isInHead: Bool { scanner.isInHead }

    /// Reads on from where the last piece ended.
    package mutating func consume(_ input: Span<UInt8>) throws(RequestFault) -> Progress {
        guard let consumed = try scanner.scan(input) else { return .incomplete }
        let head = spare.take() ?? RequestHead()
        let (line, repeatsFields) = try scanner.take(&head.bytes, &head.section)
        try builder.fill(head, line, repeatsFields: repeatsFields)
        return .complete(head, consumed: consumed)
    }

    /// How many bytes of an unfinished head have arrived.
    package var arrivedBytes: Int { scanner.arrived }

    /// What can be read of a refused head.
    ///
    /// - Parameter input: the piece for which ``consume(_:)`` threw.
    package func refused(_ fault: RequestFault, in input: Span<UInt8>) -> RefusedHead {
        RefusedHead(scanner.refused(input)[...], at: fault.offset, kind: fault.kind)
    }

    /// What can be read of an unfinished head.
    package var unfinished: RefusedHead {
        RefusedHead(scanner.refused([UInt8]().span)[...], at: scanner.arrived)
    }

    /// A head that came in pieces was accepted: releases what was kept in case it was not.
    package mutating func forgetPieces() { scanner.forget() }

    /// Takes back the memory of a head that nobody needs any longer, for the next one.
    ///
    /// It saves the next head all allocations, and the interpretation of repeated fields, if no
    /// other reference to `head` is left and the next head has not begun to arrive.
    package mutating func recycle(_ head: consuming RequestHead) {
        guard isKnownUniquelyReferenced(&head) else { return }
        scanner.reuse(&head.bytes, &head.section)
        spare = head
    }
}
