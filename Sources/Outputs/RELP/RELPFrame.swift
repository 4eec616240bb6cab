// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A frame of RELP, the Reliable Event Logging Protocol: `TXNR COMMAND LENGTH DATA`, with spaces between and a line feed at the
/// end.
package struct RELPFrame: Hashable, Sendable {
    /// Number of a transaction; 0 for what the server says of its own.
    package var transaction: Int
    package var command: String
    package var data: [UInt8]

    package init(transaction: Int, command: String, data: [UInt8]) {
        self.transaction = transaction
        self.command = command
        self.data = data
    }

    package static let mostTransaction = 999_999_999

    package var bytes: [UInt8] {
        let head = "\(transaction) \(command) \(data.count)"
        return Array(head.utf8) + (data.isEmpty ? [] : [0x20] + data) + [0x0A]
    }
}

/// Reads frames of a server out of bytes that come in any pieces.
package struct RELPReader: Sendable {
    /// The longest answer; those of servers are a line or two.
    private static let mostBytes = 64 << 10

    private var bytes: [UInt8] = []

    package init() {}

    package mutating func append(_ more: [UInt8]) { bytes += more }

    /// The next frame; nil until all of it is there.
    package mutating func next() throws(RELPFault) -> RELPFrame? {
        var rest = bytes[...]
        guard let transaction = try Self.word(&rest, most: 9) else { return nil }
        guard let command = try Self.word(&rest, most: 32) else { return nil }
        let digits = rest.prefix { (0x30...0x39).contains($0) }
        guard digits.count <= 9 else { throw RELPFault() }
        guard digits.endIndex < rest.endIndex else { return nil }
        guard let number = Int(String(decoding: transaction, as: UTF8.self)),
            let length = Int(String(decoding: digits, as: UTF8.self)), length <= Self.mostBytes
        else { throw RELPFault() }
        rest = rest[digits.endIndex...]
        if length > 0 {
            guard rest.first == 0x20 else { throw RELPFault() }
            rest = rest.dropFirst()
        } else if rest.first == 0x20 {
            // Some servers write the space of data that is not there.
            rest = rest.dropFirst()
        }
        guard rest.count > length else { return nil }
        let data = Array(rest.prefix(length))
        rest = rest.dropFirst(length)
        guard rest.first == 0x0A else { throw RELPFault() }
        bytes = Array(rest.dropFirst())
        return RELPFrame(
            transaction: number, command: String(decoding: command, as: UTF8.self), data: data)
    }

    /// What stands before the next space, which is taken, too; nil until that is there.
    private static func word(
        _ rest: inout ArraySlice<UInt8>, most: Int
    ) throws(RELPFault) -> ArraySlice<UInt8>? {
        let word = rest.prefix { $0 != 0x20 }
        guard word.count <= most, !word.contains(0x0A) else { throw RELPFault() }
        guard word.endIndex < rest.endIndex else { return nil }
        guard !word.isEmpty else { throw RELPFault() }
        rest = rest[(word.endIndex + 1)...]
        return word
    }
}

/// Bytes that are no frame.
package struct RELPFault: Error {}
