// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import HTTPWire

/// A head means the same however it arrives, and the same when written again.
///
/// The first byte selects what is read: a request, a request with encoded slashes kept, a response to GET, or a
/// response to HEAD. The second is the size of the pieces it arrives in.
enum HeadProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        var steering = Steering(input)
        let kind = steering.choice(of: 4)
        let size = steering.choice(of: 40) + 1
        let bytes = Array(steering.rest)
        switch kind {
        case 0: return try request(bytes, size, .http)
        case 1: return try request(bytes, size, .https)
        case 2: return try response(bytes, size, .get)
        default: return try response(bytes, size, .head)
        }
    }

    private enum Outcome<Head, Fault> {
        case incomplete
        case fault(Fault)
        case head(Head, end: Int)
    }

    private static func read(
        _ bytes: [UInt8], _ size: Int, _ scheme: RequestHead.Scheme,
        _ limits: Limits = .standard
    ) -> Outcome<RequestHead, RequestFault> {
        var parser = RequestHeadParser(limits: limits, scheme: scheme)
        for piece in bytes.pieces(of: size) {
            do {
                switch try parser.consume(piece.span) {
                case .incomplete: continue
                case .complete(let head, let consumed):
                    return .head(head, end: piece.startIndex + consumed)
                }
            } catch {
                return .fault(error)
            }
        }
        return .incomplete
    }

    private static func request(
        _ bytes: [UInt8], _ size: Int, _ scheme: RequestHead.Scheme
    ) throws(BrokenProperty) -> Bool {
        let whole = read(bytes, max(1, bytes.count), scheme)
        switch (whole, read(bytes, size, scheme)) {
        case (.incomplete, .incomplete): return false
        case (.fault(let one), .fault(let other)):
            try require(one == other, "a refused request is refused alike in pieces")
            return false
        case (.head(let one, let end), .head(let other, let otherEnd)):
            try require(
                end == otherEnd && one.bytes == other.bytes && one.fields == other.fields
                    && one.framing == other.framing && one.keepsAlive == other.keepsAlive,
                "a request is the same in pieces")
            try require(
                bytes[..<end].suffix(4).elementsEqual("\r\n\r\n".utf8),
                "a request ends with its empty line")
            try accepted(one, scheme)
            return true
        default: throw BrokenProperty("a request is accepted whole and in pieces, or not at all")
        }
    }

    private static func accepted(
        _ head: RequestHead, _ scheme: RequestHead.Scheme
    ) throws(BrokenProperty) {
        let target = head.bytes(of: head.target)
        try require(
            target.first == UInt8(ascii: "/") && target.allSatisfy { $0 > 0x20 && $0 != 0x7F },
            "a target has no blank or control from its first slash on")
        try require(
            target.starts(with: head.bytes(of: head.path)), "a target begins with its path")
        try require(
            head.bytes(of: head.authority).starts(with: head.bytes(of: head.host))
                && (!head.host.isEmpty || head.version == .http10),
            "an authority begins with its host")
        for field in head.fields {
            try require(
                !field.name.isEmpty
                    && head.bytes(of: field.value).allSatisfy {
                        $0 == 9 || $0 >= 0x20 && $0 != 0x7F
                    },
                "fields of a request are clean")
        }
        let written = write(head)
        guard
            case .head(let again, let end) = read(
                written, written.count, scheme, ofWritten)
        else { throw BrokenProperty("a written request is accepted") }
        try require(end == written.count, "a written request ends where it ends")
        try require(
            again.bytes(of: again.methodToken) == head.bytes(of: head.methodToken)
                && again.bytes(of: again.target) == target && again.framing == head.framing
                && (head.host.isEmpty
                    || again.bytes(of: again.authority) == head.bytes(of: head.authority))
                && again.pathTraits == head.pathTraits,
            "a written request means what was read")
        try require(write(again) == written, "a request written twice is written alike")
        try lines(written)
    }

    /// What is written has fields of our own besides those that were read, which may be as many as are allowed.
    private static let ofWritten = {
        var limits = Limits.standard
        limits.fields += 8
        limits.headBytes += 1024
        return limits
    }()

    private static func write(_ head: RequestHead) -> [UInt8] {
        var output: [UInt8] = []
        head.append(
            toUpstream: &output, framing: head.framing, forwarded: .stripAll,
            adding: AddedFields(), dropping: [],
            host: head.host.isEmpty ? Array("a".utf8) : nil)
        return output
    }

    /// Our own bytes have whole line ends only, and one empty line, at the end.
    private static func lines(_ written: [UInt8]) throws(BrokenProperty) {
        let text = written.dropLast(4)
        let isWhole = text.indices.allSatisfy { at in
            switch text[at] {
            case 0x0D: written[at + 1] == 0x0A
            case 0x0A: written[at - 1] == 0x0D
            default: true
            }
        }
        try require(isWhole, "a written head has no bare line end")
        try require(
            !text.elementsEqual([])
                && written.firstRange(of: [13, 10, 13, 10])?.upperBound
                    == written.count,
            "a written head has one empty line")
    }
}

extension HeadProperties {
    private static func read(
        _ bytes: [UInt8], _ size: Int, answering method: Method,
        _ limits: Limits = .standard
    ) -> Outcome<ResponseHead, ResponseFault> {
        var parser = ResponseHeadParser(limits: limits)
        for piece in bytes.pieces(of: size) {
            do {
                switch try parser.consume(piece.span, answering: method) {
                case .incomplete: continue
                case .complete(let head, let consumed):
                    return .head(head, end: piece.startIndex + consumed)
                }
            } catch {
                return .fault(error)
            }
        }
        return .incomplete
    }

    private static func response(
        _ bytes: [UInt8], _ size: Int, _ method: Method
    ) throws(BrokenProperty) -> Bool {
        let whole = read(bytes, max(1, bytes.count), answering: method)
        switch (whole, read(bytes, size, answering: method)) {
        case (.incomplete, .incomplete): return false
        case (.fault(let one), .fault(let other)):
            try require(one == other, "a refused response is refused alike in pieces")
            return false
        case (.head(let one, let end), .head(let other, let otherEnd)):
            try require(
                end == otherEnd && one.bytes == other.bytes && one.fields == other.fields
                    && one.framing == other.framing && one.keepsAlive == other.keepsAlive,
                "a response is the same in pieces")
            try accepted(one, method)
            return true
        default: throw BrokenProperty("a response is accepted whole and in pieces, or not at all")
        }
    }

    private static func accepted(
        _ head: ResponseHead, _ method: Method
    ) throws(BrokenProperty) {
        try require((200...999).contains(head.status), "a response is final")
        let framing = head.framing(for: .http11)
        let written = write(head, framing)
        guard
            case .head(let again, let end) = read(
                written, written.count, answering: method, ofWritten)
        else { throw BrokenProperty("a written response is accepted") }
        try require(end == written.count, "a written response ends where it ends")
        try require(
            again.status == head.status && again.framing == framing
                && again.declaredLength == head.declaredLength,
            "a written response means what was read")
        try require(
            write(again, framing) == written, "a response written twice is written alike")
        try lines(written)
    }

    private static func write(_ head: ResponseHead, _ framing: BodyFraming) -> [UInt8] {
        var output: [UInt8] = []
        head.append(
            toClient: &output, framing: framing, connection: .implied, adding: AddedFields())
        return output
    }
}
