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
    /// A set with private or secret keys is rejected; unusable entries are left out with a note
    /// (RFC 7517 §5), and a set with nothing else is rejected, too.
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
        for (index, item) in items.enumerated() {
            if let secret = Self.secret(in: item) { throw .entry(index: index, secret) }
            do throws(LeftOut) {
                let (id, key) = try Self.entry(item)
                entries.append(Entry(index: index, id: id, key: key))
            } catch {
                notes.append(Note(index: index, cause: error.cause))
            }
        }
        self.init(entries, notes: notes)
        guard count > 0 else { throw .noUsableKey(self.notes) }
    }

    /// Why an entry is not used.
    private struct LeftOut: Error {
        var cause: Note.Cause

        init(_ cause: Note.Cause) { self.cause = cause }
    }

    /// Finds what no published set may hold.
    private static func secret(in item: JSONValue) -> KeySetFault.Entry? {
        if item["kty"]?.string == "oct" || item["k"] != nil { return .secretKey }
        let members = ["d", "p", "q", "dp", "dq", "qi", "oth", "priv"]
        return members.contains { item[$0] != nil } ? .privateKey : nil
    }

    private static func entry(_ item: JSONValue) throws(LeftOut) -> (String?, VerificationKey) {
        guard case .object = item else { throw LeftOut(.notAnObject) }
        guard let type = try text("kty", of: item) else { throw LeftOut(.malformed) }
        let id = try text("kid", of: item)
        if let id, !(1...TokenClaims.longestText).contains(id.utf8.count) {
            throw LeftOut(.malformed)
        }
        if let use = try text("use", of: item), use != "sig" { throw LeftOut(.otherUse) }
        if let operations = item["key_ops"] {
            guard let operations = operations.array else { throw LeftOut(.malformed) }
            guard operations.contains(.string("verify")) else { throw LeftOut(.otherUse) }
        }
        let algorithm = try text("alg", of: item)
        if let algorithm, TokenAlgorithm(rawValue: algorithm) == nil {
            throw LeftOut(.otherAlgorithm)
        }
        let key = try key(of: item, type: type)
        // A key whose stated algorithm belongs to another type of key.
        if let algorithm, key.algorithm.rawValue != algorithm { throw LeftOut(.malformed) }
        return (id, key)
    }

    private static func key(of item: JSONValue, type: String) throws(LeftOut) -> VerificationKey {
        switch type {
        case "EC":
            guard try text("crv", of: item) == "P-256" else { throw LeftOut(.unknownCurve) }
            let point =
                [0x04] + (try bytes("x", of: item, count: 32))
                + (try bytes("y", of: item, count: 32))
            do {
                return .p256(try P256.Signing.PublicKey(x963Representation: point))
            } catch {
                throw LeftOut(.notAKey)
            }
        case "OKP":
            guard try text("crv", of: item) == "Ed25519" else { throw LeftOut(.unknownCurve) }
            return try ed25519(try bytes("x", of: item, count: 32))
        case "RSA": return try rsa(try number("n", of: item), try number("e", of: item))
        default: throw LeftOut(.unknownType)
        }
    }

    private static func ed25519(_ bytes: [UInt8]) throws(LeftOut) -> VerificationKey {
        switch Ed25519Point.judge(bytes) {
        case .good: break
        case .smallOrder: throw LeftOut(.weakPoint)
        case .notCanonical, .notOnCurve: throw LeftOut(.notAKey)
        }
        do {
            return .ed25519(try Curve25519.Signing.PublicKey(rawRepresentation: bytes))
        } catch {
            throw LeftOut(.notAKey)
        }
    }

    private static func rsa(
        _ modulus: [UInt8], _ exponent: [UInt8]
    ) throws(LeftOut) -> VerificationKey {
        let bitCount = modulus.count * 8 - modulus[0].leadingZeroBitCount
        // Above 8192 bits a check would block the event loop.
        guard (2048...8192).contains(bitCount), bitCount % 8 == 0,
            !hasSmallFactor(modulus)
        else { throw LeftOut(.weakModulus) }
        do {
            return .rsa(try _RSA.Signing.PublicKey(n: modulus, e: exponent))
        } catch {
            throw LeftOut(.notAKey)
        }
    }

    /// Whether a number has a prime factor below 1000, which no product of two large primes has.
    private static func hasSmallFactor(_ number: [UInt8]) -> Bool {
        (2..<1000).contains { divisor in
            number.reduce(0) { (remainder: Int, byte) in
                (remainder << 8 | Int(byte)) % divisor
            } == 0
        }
    }

    private static func text(_ name: String, of item: JSONValue) throws(LeftOut) -> String? {
        guard let value = item[name] else { return nil }
        guard let text = value.string else { throw LeftOut(.malformed) }
        return text
    }

    private static func bytes(
        _ name: String, of item: JSONValue, count: Int
    ) throws(LeftOut) -> [UInt8] {
        guard let text = try text(name, of: item), let bytes = Base64URL.decode(text),
            bytes.count == count
        else { throw LeftOut(.malformed) }
        return bytes
    }

    /// Base64urlUInt (RFC 7518 §2): big-endian in the fewest bytes.
    private static func number(_ name: String, of item: JSONValue) throws(LeftOut) -> [UInt8] {
        guard let text = try text(name, of: item), let bytes = Base64URL.decode(text),
            let first = bytes.first, first != 0
        else { throw LeftOut(.malformed) }
        return bytes
    }
}
