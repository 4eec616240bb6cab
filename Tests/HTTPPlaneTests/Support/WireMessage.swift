// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A message as it was seen on the wire, taken apart without any code of ours.
struct WireMessage: Sendable {
    let startLine: String
    let fields: [(name: String, value: String)]
    /// Content, without chunk framing.
    let body: String
    /// Bytes of the whole message.
    let count: Int

    /// The values of a field of this name, in any case.
    func values(_ name: String) -> [String] {
        fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
    }

    func value(_ name: String) -> String? { values(name).first }

    /// The status of a response.
    var status: Int? {
        let parts = startLine.split(separator: " ")
        return parts.count > 1 ? Int(parts[1]) : nil
    }

    /// The first complete message in the bytes, or nil while it is incomplete.
    ///
    /// - Parameters:
    ///   - hasNoBody: as for HEAD.
    ///   - isClosed: whether no more bytes will come.
    static func first(
        in bytes: some Collection<UInt8>, hasNoBody: Bool = false, isResponse: Bool,
        isClosed: Bool = false
    ) -> WireMessage? {
        let bytes = Array(bytes)
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let scalars = bytes[..<end.lowerBound].map { Unicode.Scalar($0) }
        let lines = String(String.UnicodeScalarView(scalars))
            .split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
        let fields = lines.dropFirst().map { line -> (name: String, value: String) in
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(parts[0]), String(parts.count > 1 ? parts[1] : "").trimmed)
        }
        func field(_ name: String) -> String? {
            fields.first { $0.name.lowercased() == name }?.value
        }
        let rest = bytes[end.upperBound...]
        let body: (text: [UInt8], count: Int)?
        let isInterim = isResponse && lines[0].split(separator: " ").dropFirst().first == "100"
        if hasNoBody || isInterim {
            body = ([], 0)
        } else if field("transfer-encoding") == "chunked" {
            body = unchunked(rest)
        } else if let length = field("content-length").flatMap({ Int($0) }) {
            body = rest.count >= length ? (Array(rest.prefix(length)), length) : nil
        } else if isResponse {
            body = isClosed ? (Array(rest), rest.count) : nil
        } else {
            body = ([], 0)
        }
        guard let body else { return nil }
        return WireMessage(
            startLine: lines[0], fields: fields, body: String(decoding: body.text, as: UTF8.self),
            count: end.upperBound + body.count)
    }

    private static func unchunked(_ bytes: ArraySlice<UInt8>) -> (text: [UInt8], count: Int)? {
        var at = bytes.startIndex
        var text: [UInt8] = []
        while let lineEnd = bytes[at...].firstRange(of: Array("\r\n".utf8)) {
            let line = String(decoding: bytes[at..<lineEnd.lowerBound], as: UTF8.self)
            guard let size = Int(line, radix: 16) else { return nil }
            let end = lineEnd.upperBound + size + 2
            guard end <= bytes.endIndex else { return nil }
            text += bytes[lineEnd.upperBound..<end - 2]
            at = end
            if size == 0 { return (text, at - bytes.startIndex) }
        }
        return nil
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
