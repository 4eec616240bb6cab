// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto
internal import CryptoExtras
#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension KeySet {
    /// The most bytes a set may have.
    package static let longest = 256 * 1024
    /// The most entries a set may have, used or not.
    package static let mostKeys = 64

    /// Reads a set from its JSON text.
    ///
    /// Private and secret keys, duplicate ids and malformed entries reject the set; entries of unknown
    /// kinds are left out with a note (RFC 7517 §5).
    package init(parsing text: [UInt8]) throws(KeySetFault) {
        guard text.count <= Self.longest else { throw .tooLarge }
        let set: JSONValue
        do {
            set = try JSONParser.parse(text, as: .strict, deepest: 6, mostValues: 10_000)
        } catch {
            throw .json(error)
        }
        guard let items = set["keys"]?.array else { throw .noKeys }
        guard items.count <= Self.mostKeys else { throw .tooManyKeys }
        var entries: [Entry] = []
        var notes: [Note] = []
        var ids: Set<String> = []
        for (index, item) in items.enumerated() {
            let entry: ParsedEntry
            do {
                entry = try Self.parse(item)
            } catch {
                throw .entry(index: index, error)
            }
            if let id = entry.id, !ids.insert(id).inserted {
                throw .entry(index: index, .duplicateID)
            }
            switch entry.content {
            case .key(let key): entries.append(Entry(id: entry.id, key: key))
            case .leftOut(let cause): notes.append(Note(index: index, cause: cause))
            }
        }
        guard !entries.isEmpty else { throw .noUsableKey }
        self.init(entries, notes: notes)
    }

    private struct ParsedEntry {
        enum Content {
            case key(VerificationKey)
            case leftOut(Note.Cause)
        }

        var id: String?
        var content: Content
    }

    private static func parse(_ item: JSONValue) throws(KeySetFault.Entry) -> ParsedEntry {
        guard case .object = item else { throw .notAnObject }
        guard let type = try text("kty", of: item) else { throw .member("kty") }
        guard type != "oct", item["k"] == nil else { throw .secretKey }
        for name in ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"] where item[name] != nil {
            throw .privateKey
        }
        let id = try text("kid", of: item)
        if let id, !(1...TokenClaims.longestText).contains(id.utf8.count) { throw .member("kid") }
        return ParsedEntry(id: id, content: try content(of: item, type: type))
    }

    private static func content(of item: JSONValue, type: String) throws(KeySetFault.Entry)
        -> ParsedEntry.Content
    {
        if let use = try text("use", of: item), use != "sig" { return .leftOut(.otherUse) }
        if let operations = item["key_ops"] {
            guard let operations = operations.array else { throw .member("key_ops") }
            guard operations.contains(.string("verify")) else { return .leftOut(.otherUse) }
        }
        let algorithm = try text("alg", of: item)
        if let algorithm, TokenAlgorithm(rawValue: algorithm) == nil {
            return .leftOut(.otherAlgorithm)
        }
        let content = try key(of: item, type: type)
        if case .key(let key) = content, let algorithm, key.algorithm.rawValue != algorithm {
            throw .member("alg")
        }
        return content
    }

    private static func key(of item: JSONValue, type: String) throws(KeySetFault.Entry)
        -> ParsedEntry.Content
    {
        switch type {
        case "EC":
            guard try text("crv", of: item) == "P-256" else { return .leftOut(.unknownCurve) }
            let point =
                [0x04] + (try bytes("x", of: item, count: 32))
                + (try bytes("y", of: item, count: 32))
            do {
                return .key(.p256(try P256.Signing.PublicKey(x963Representation: point)))
            } catch {
                throw .notAKey
            }
        case "OKP":
            guard try text("crv", of: item) == "Ed25519" else { return .leftOut(.unknownCurve) }
            let point = try bytes("x", of: item, count: 32)
            do {
                return .key(
                    .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: point)))
            } catch {
                throw .notAKey
            }
        case "RSA":
            let modulus = try number("n", of: item)
            let exponent = try number("e", of: item)
            let bitCount = modulus.count * 8 - modulus[0].leadingZeroBitCount
            // Above 8192 bits a check would hold up the event loop.
            guard (2048...8192).contains(bitCount), bitCount % 8 == 0 else {
                return .leftOut(.weakModulus)
            }
            do {
                return .key(.rsa(try _RSA.Signing.PublicKey(n: modulus, e: exponent)))
            } catch {
                throw .notAKey
            }
        default: return .leftOut(.unknownType)
        }
    }

    private static func text(_ name: String, of item: JSONValue) throws(KeySetFault.Entry)
        -> String?
    {
        guard let value = item[name] else { return nil }
        guard let text = value.string else { throw .member(name) }
        return text
    }

    private static func bytes(_ name: String, of item: JSONValue, count: Int)
        throws(KeySetFault.Entry) -> [UInt8]
    {
        guard let text = try text(name, of: item), let bytes = Base64URL.decode(text),
            bytes.count == count
        else { throw .member(name) }
        return bytes
    }

    /// Base64urlUInt (RFC 7518 §2): big-endian in the fewest bytes.
    private static func number(_ name: String, of item: JSONValue) throws(KeySetFault.Entry)
        -> [UInt8]
    {
        guard let text = try text(name, of: item), let bytes = Base64URL.decode(text),
            let first = bytes.first, first != 0
        else { throw .member(name) }
        return bytes
    }
}
