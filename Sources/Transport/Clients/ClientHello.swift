// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What a client offers at the beginning of TLS (RFC 8446 §4.1.2), as far as our choices depend on
/// it.
///
/// Only inspected: the TLS library reads the same bytes again and validates them.
struct ClientHello: Hashable {
    /// In the client's order.
    var cipherSuites: [UInt16] = []
    /// The requested host, as sent (RFC 6066 §3).
    var serverName: [UInt8]?
    /// The protocols offered (RFC 7301); nil if the client does not say.
    var protocols: [[UInt8]]?

    /// What the first bytes of a connection amount to.
    enum Reading: Hashable {
        case incomplete
        case complete(ClientHello)
        /// Anything else, which the library refuses in its own way.
        case other
    }

    /// No honest hello is larger.
    static let mostBytes = 65_536

    /// Reads a hello from the first bytes of a connection, over as many records as it takes.
    static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
        var message: [UInt8] = []
        var rest = ByteReader(bytes)
        while message.count < 4 || message.count < 4 + length(message) {
            guard bytes.count <= mostBytes else { return .other }
            guard let type = rest.byte() else { return .incomplete }
            guard type == 22 else { return .other }
            guard let major = rest.byte() else { return .incomplete }
            guard major == 3 else { return .other }
            guard rest.byte() != nil, let fragment = rest.vector(lengthBytes: 2) else {
                return .incomplete
            }
            guard !fragment.isEmpty else { return .other }
            message += fragment
            guard message[0] == 1 else { return .other }
        }
        return hello(message[4..<4 + length(message)]).map { .complete($0) } ?? .other
    }

    private static func length(_ message: [UInt8]) -> Int {
        Int(message[1]) << 16 | Int(message[2]) << 8 | Int(message[3])
    }

    private static func hello(_ body: ArraySlice<UInt8>) -> ClientHello? {
        var reader = ByteReader(body)
        var hello = ClientHello()
        // Version and random.
        guard reader.skip(34), reader.vector(lengthBytes: 1) != nil,
            let suites = reader.vector(lengthBytes: 2), reader.vector(lengthBytes: 1) != nil
        else { return nil }
        var suiteReader = ByteReader(suites)
        while let suite = suiteReader.number() { hello.cipherSuites.append(suite) }
        guard let extensions = reader.vector(lengthBytes: 2) else { return hello }
        var extensionReader = ByteReader(extensions)
        while let type = extensionReader.number() {
            guard let content = extensionReader.vector(lengthBytes: 2) else { return nil }
            var contentReader = ByteReader(content)
            switch type {
            case 0:
                guard let list = contentReader.vector(lengthBytes: 2) else { return nil }
                var names = ByteReader(list)
                if names.byte() == 0 {
                    hello.serverName = names.vector(lengthBytes: 2).map(Array.init)
                }
            case 16:
                guard let list = contentReader.vector(lengthBytes: 2) else { return nil }
                var names = ByteReader(list)
                var protocols: [[UInt8]] = []
                while let name = names.vector(lengthBytes: 1) { protocols.append(Array(name)) }
                hello.protocols = protocols
            default: continue
            }
        }
        return hello
    }
}

/// Takes numbers and vectors from the front of bytes, as TLS writes them (RFC 8446 §3.4).
private struct ByteReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    mutating func byte() -> UInt8? { rest.popFirst() }

    mutating func number() -> UInt16? {
        guard rest.count >= 2, let high = byte(), let low = byte() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func skip(_ count: Int) -> Bool {
        guard rest.count >= count else { return false }
        rest = rest.dropFirst(count)
        return true
    }

    /// Bytes prefixed with their count; nil if there are fewer.
    mutating func vector(lengthBytes: Int) -> ArraySlice<UInt8>? {
        guard rest.count >= lengthBytes else { return nil }
        let count = rest.prefix(lengthBytes).reduce(0) { $0 << 8 | Int($1) }
        guard rest.count >= lengthBytes + count else { return nil }
        let vector = rest.dropFirst(lengthBytes).prefix(count)
        rest = rest.dropFirst(lengthBytes + count)
        return vector
    }
}
