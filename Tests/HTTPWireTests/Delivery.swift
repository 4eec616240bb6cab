// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import HTTPWire
import Testing

/// How a text reaches a parser; every input is delivered in all of these ways and must mean the same.
enum Delivery: CaseIterable {
    case burst
    case byteByByte
    case threes
    /// In one piece, followed by bytes that belong to the next message.
    case burstWithRest

    func pieces(of bytes: [UInt8]) -> [[UInt8]] {
        switch self {
        case .burst: [bytes]
        case .byteByByte: bytes.map { [$0] }
        case .threes:
            stride(from: 0, to: bytes.count, by: 3).map {
                Array(bytes[$0..<min($0 + 3, bytes.count)])
            }
        case .burstWithRest: [bytes + Array("GET /next".utf8)]
        }
    }
}

/// The bytes of a text in which `␍`, `␊` and `␀` stand for themselves and Latin-1 letters for one byte.
func latin1(_ text: String) -> [UInt8] {
    text.unicodeScalars.map { UInt8($0.value) }
}

/// What a request head means, in comparable form.
struct RequestSummary: Equatable {
    var method: Method
    var token: String
    var version: HTTPVersion
    var target: String
    var path: String
    var originalPath: String?
    var query: String?
    var traits: CanonicalPath.Traits
    var scheme: RequestHead.Scheme?
    var authority: String
    var host: String
    var port: UInt16?
    var framing: BodyFraming
    var expectsContinue: Bool
    var keepsAlive: Bool
    var fields: [String]
    var nominated: [String]

    init(_ head: RequestHead) {
        method = head.method
        token = head.string(of: head.methodToken)
        version = head.version
        target = head.string(of: head.target)
        path = head.string(of: head.path)
        originalPath = head.originalPath.map(head.string)
        query = head.query.map(head.string)
        traits = head.pathTraits
        scheme = head.scheme
        authority = head.string(of: head.authority)
        host = head.string(of: head.host)
        port = head.port
        framing = head.framing
        expectsContinue = head.expectsContinue
        keepsAlive = head.keepsAlive
        fields = head.fields.map {
            head.string(of: $0.name) + "=" + head.string(of: $0.value)
        }
        nominated = head.fields.filter(\.isNominated).map { head.string(of: $0.name) }
    }
}

enum RequestOutcome: Equatable {
    case incomplete
    case fault(RequestFault)
    case head(RequestSummary, length: Int)
}

/// Parses `bytes` in one way of delivery.
func outcome(
    _ bytes: [UInt8], _ delivery: Delivery, limits: Limits
) -> (RequestOutcome, RequestHead?) {
    var parser = RequestHeadParser(limits: limits, scheme: .http)
    var taken = 0
    for piece in delivery.pieces(of: bytes) {
        do throws(RequestFault) {
            switch try parser.consume(piece.span) {
            case .incomplete: taken += piece.count
            case .complete(let head, let consumed):
                return (.head(RequestSummary(head), length: taken + consumed), head)
            }
        } catch {
            return (.fault(error), nil)
        }
    }
    return (.incomplete, nil)
}

/// Parses `bytes` in every way of delivery, requires that all agree, and returns the head or the fault.
@discardableResult
func parse(
    _ bytes: [UInt8], limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> RequestHead {
    let (expected, head) = outcome(
        bytes, .burst, limits: limits)
    for delivery in Delivery.allCases {
        let (got, _) = outcome(bytes, delivery, limits: limits)
        if delivery == .burstWithRest, expected == .incomplete { continue }
        #expect(got == expected, "\(delivery)", sourceLocation: sourceLocation)
    }
    switch expected {
    case .incomplete: throw Unfinished()
    case .fault(let fault): throw fault
    case .head: return try #require(head, sourceLocation: sourceLocation)
    }
}

@discardableResult
func parse(
    _ text: String, limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> RequestHead {
    try parse(
        latin1(text), limits: limits,
        sourceLocation: sourceLocation)
}

/// The kind of fault of a request, nil if it is accepted.
func faultKind(
    _ text: String, limits: Limits = .standard,
    sourceLocation: SourceLocation = #_sourceLocation
) throws -> RequestFault.Kind? {
    do {
        try parse(
            text, limits: limits, sourceLocation: sourceLocation)
        return nil
    } catch let fault as RequestFault {
        return fault.kind
    }
}

/// A head that asked for more bytes although the test gave all.
struct Unfinished: Error {}

/// `GET /` with a host and the given field lines.
func request(_ fields: String...) -> String {
    "GET / HTTP/1.1\r\nHost: a.example\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n"
}

/// `GET` of a target with a host.
func request(target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: a.example\r\n\r\n" }
