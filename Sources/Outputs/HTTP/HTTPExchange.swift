// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import ByteCoding
internal import HTTPWire
internal import Transport

/// Requests to one receiver, one after the other, by HTTP/1.1 over a connection that is kept.
///
/// It connects to the receiver of the configuration and to nobody else: it follows no redirect, and asks no proxy, whatever
/// the environment says.
final class HTTPExchange {
    /// What a receiver answers to a request.
    struct Answer {
        var status: UInt16
        /// Its beginning: what is longer is not read to its end.
        var body: [UInt8]
        var retryAfter: Duration?
        /// Where a redirect leads; hostile.
        var location: String?
    }

    /// Most bytes of an answer that are kept.
    static let mostBodyBytes = 64 << 10

    private let receiver: HTTPReceiver
    private let now: @Sendable () -> UTCInstant
    private var link: OutputLink?

    init(_ receiver: HTTPReceiver, now: @escaping @Sendable () -> UTCInstant) {
        self.receiver = receiver
        self.now = now
    }

    /// What is to be said of the receiver's certificate.
    private(set) var cautions: [String] = []

    /// Makes the connection, unless there is one that is still open.
    func open() throws(OutputFailure) {
        if let link {
            // A receiver may end a connection that carries nothing: then there is a new one.
            if case .success = Result(catching: { () throws(OutputFailure) in
                try link.checkOpen()
            }) {
                return
            }
            close()
        }
        let fresh = try receiver.link.link()
        cautions = LinkedReceiver.caution(certificateEnd: fresh.certificateEnd, now: now())
        link = fresh
    }

    func close() {
        link?.close()
        link = nil
    }

    /// Sends a request, and waits for its answer.
    ///
    /// - Parameters:
    ///   - path: nil: that of the receiver.
    ///   - fields: besides `Host`, `Content-Length`, `Content-Type` and `User-Agent`; their values hold no line ends.
    func post(
        _ body: [UInt8], to path: String? = nil, fields: [(name: String, value: String)]
    ) throws(OutputFailure) -> Answer {
        try open()
        guard let link else { throw OutputFailure(.disconnected, "There is no connection.") }
        var text = "POST \(path ?? receiver.path) HTTP/1.1\r\nHost: \(receiver.authority)\r\n"
        text += "User-Agent: countersign\r\nContent-Type: application/json\r\n"
        text += "Accept: application/json\r\nContent-Length: \(body.count)\r\n"
        for (name, value) in fields { text += "\(name): \(value)\r\n" }
        do throws(OutputFailure) {
            _ = try link.write(Array((text + "\r\n").utf8) + body)
            let (answer, keepsAlive) = try answer(from: link)
            if !keepsAlive { close() }
            return answer
        } catch {
            close()
            throw error
        }
    }

    private func answer(
        from link: OutputLink
    ) throws(OutputFailure) -> (Answer, keepsAlive: Bool) {
        var parser = ResponseHeadParser(limits: .standard)
        while true {
            let bytes = try link.read()
            let progress: ResponseHeadParser.Progress
            do throws(ResponseFault) {
                progress = try parser.consume(bytes.span, answering: .post)
            } catch {
                throw Self.notHTTP
            }
            guard case .complete(let head, let consumed) = progress else { continue }
            var answer = Answer(status: head.status, body: [])
            for field in head.fields {
                let value = head.string(of: field.value)
                switch head.string(of: field.name).lowercased() {
                case "retry-after": answer.retryAfter = RetryAfter.duration(value, now: now())
                case "location": answer.location = value
                default: break
                }
            }
            let isWhole = try readBody(
                of: head, Array(bytes[consumed...]), from: link, into: &answer.body)
            return (answer, isWhole && head.keepsAlive)
        }
    }

    /// - Returns: whether the body was read to its end.
    private func readBody(
        of head: ResponseHead, _ first: [UInt8], from link: OutputLink, into body: inout [UInt8]
    ) throws(OutputFailure) -> Bool {
        var decoder = BodyDecoder(head.framing, .response, limits: .standard)
        var (bytes, at) = (first, 0)
        while true {
            let event: BodyEvent
            do throws(ChunkFault) { event = try decoder.next(in: bytes.span, at: &at) } catch {
                throw Self.notHTTP
            }
            switch event {
            case .data(let range):
                body += bytes[range].prefix(Self.mostBodyBytes - body.count)
                if body.count == Self.mostBodyBytes { return false }
            case .end: return at == bytes.count
            case .needsMore:
                do throws(OutputFailure) { bytes = try link.read() } catch {
                    // A body without a length ends with the connection.
                    if error.code == .disconnected, decoder.mayEndWithConnection { return false }
                    throw error
                }
                at = 0
            }
        }
    }

    private static let notHTTP = OutputFailure(
        .badAnswer, "What answers there does not speak HTTP/1.1; check the address of the output.")
}

/// `Retry-After` (RFC 9110 §10.2.3): seconds, or a date.
enum RetryAfter {
    static func duration(_ text: String, now: UTCInstant) -> Duration? {
        if let seconds = UInt32(text) { return .seconds(Int64(seconds)) }
        guard let date = date(text) else { return nil }
        return .microseconds(max(0, date.microseconds - now.microseconds))
    }

    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// `Sun, 06 Nov 1994 08:49:37 GMT`; the other forms are obsolete.
    private static func date(_ text: String) -> UTCInstant? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return UTCInstant(rfc3339: "\(parts[3])-\(number)-\(parts[1])T\(parts[4]).000000Z")
    }
}
