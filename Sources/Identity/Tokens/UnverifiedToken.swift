// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Why a text is not a signed token in compact serialisation (RFC 7515 §7.1).
package enum TokenFault: Error, Hashable, Sendable {
    package enum Part: Hashable, Sendable {
        case header
        case payload
        case signature
    }

    /// Longer than ``UnverifiedToken/longest``.
    case tooLong
    /// Not three parts; five are an encrypted token (RFC 7516 §7.1).
    case partCount(Int)
    /// Not unpadded base64url in its one canonical form.
    case encoding(Part)
    /// Not strict JSON; the fault's offset is in the decoded part.
    case json(Part, JSONFault)
    case notAnObject(Part)
}

/// A token taken apart; nothing in it is to be trusted.
package struct UnverifiedToken: Sendable {
    /// The most bytes a token may have.
    package static let longest = 16 * 1024

    package let header: JSONValue
    package let payload: JSONValue
    /// Empty for an unsecured token.
    package let signature: [UInt8]
    private let text: [UInt8]
    private let signedLength: Int

    /// The bytes that the signature is made over: header, period and payload as sent.
    package var signingInput: ArraySlice<UInt8> { text[..<signedLength] }

    /// Takes a token apart; cost and memory are bounded by ``longest``.
    package init(_ token: Span<UInt8>) throws(TokenFault) {
        guard token.count <= Self.longest else { throw .tooLong }
        let text = [UInt8](copying: token)
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw .partCount(parts.count) }
        header = try Self.object(parts[0], .header, deepest: 4, mostValues: 100)
        payload = try Self.object(parts[1], .payload, deepest: 8, mostValues: 2000)
        signature = try Self.decode(parts[2], .signature)
        signedLength = parts[1].endIndex
        self.text = text
    }

    private static func decode(_ text: ArraySlice<UInt8>, _ part: TokenFault.Part)
        throws(TokenFault) -> [UInt8]
    {
        guard let bytes = Base64URL.decode(String(decoding: text, as: UTF8.self)) else {
            throw .encoding(part)
        }
        return bytes
    }

    private static func object(
        _ text: ArraySlice<UInt8>, _ part: TokenFault.Part, deepest: Int, mostValues: Int
    ) throws(TokenFault) -> JSONValue {
        let bytes = try decode(text, part)
        let value: JSONValue
        do {
            value = try JSONParser.parse(
                bytes, as: .strict, deepest: deepest, mostValues: mostValues)
        } catch {
            throw .json(part, error)
        }
        guard case .object = value else { throw .notAnObject(part) }
        return value
    }
}
