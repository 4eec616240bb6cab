// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Reads request heads from a connection, one after the other.
///
/// Give it the bytes that follow the previous message. Once it has thrown, the connection is of no
/// further use and neither is the parser.
package struct RequestHeadParser: ~Copyable {
    /// How far a head has come.
    package enum Progress {
        /// All bytes were taken and more are needed.
        case incomplete
        /// The head and how many of the bytes just given were its own; the rest follow it.
        case complete(RequestHead, consumed: Int)
    }

    private var scanner: HeadScanner<RequestGrammar>
    private let builder: RequestHeadBuilder
    /// A head that nobody needs any more.
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

    /// How many bytes of a head that has not ended have come.
    package var arrivedBytes: Int { scanner.arrived }

    /// What can be read of a head that was refused.
    ///
    /// - Parameter input: the piece that ``consume(_:)`` has thrown for.
    package func refused(_ fault: RequestFault, in input: Span<UInt8>) -> RefusedHead {
        RefusedHead(scanner.refused(input)[...], at: fault.offset)
    }

    /// What can be read of a head that has not come to its end.
    package var unfinished: RefusedHead {
        RefusedHead(scanner.refused([UInt8]().span)[...], at: scanner.arrived)
    }

    /// A head that came in pieces was accepted: lets go of what was kept for the case that it is not.
    package mutating func forgetPieces() { scanner.forget() }

    /// Takes back the memory of a head that nobody needs any more, for the next one.
    ///
    /// It spares the next head all allocations, and what its fields say where they are the same again, if no other
    /// reference to `head` is left and the next head has not begun to arrive.
    package mutating func recycle(_ head: consuming RequestHead) {
        guard isKnownUniquelyReferenced(&head) else { return }
        scanner.reuse(&head.bytes, &head.section)
        spare = head
    }
}
