// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Disclosures
package import Merkle
package import SignedNotes

/// A record as it is handed over: the leaf, what is disclosed of it, and its proof.
///
/// ```json
/// {"index":3,"leaf":"…","leaf_hash":"…","disclosures":{"what":{"salt":"…","value":{…}},"who":"withheld"},"proof":"…"}
/// ```
package struct RecordEnvelope: Sendable {
    package var index: LeafIndex
    package var leaf: [UInt8]
    package var leafHash: Hash256
    package var disclosures: [CommitGroup: DisclosedGroup]
    package var proof: TlogProof?

    package init(
        index: LeafIndex, leaf: [UInt8], disclosures: [CommitGroup: DisclosedGroup],
        proof: TlogProof?
    ) {
        self.index = index
        self.leaf = leaf
        self.disclosures = disclosures
        self.proof = proof
        leafHash = LeafHash(of: leaf).hash
    }

    /// The envelope as canonical JSON.
    package func encode() -> [UInt8] { CanonicalJSON.encode(value) }

    /// Envelopes as one JSON value: a single one as itself, several as `{"records":[…]}`.
    package static func encode(_ envelopes: [RecordEnvelope]) -> [UInt8] {
        if envelopes.count == 1 { return envelopes[0].encode() }
        return CanonicalJSON.encode(
            .object([JSONMember(several, .array(envelopes.map(\.value)))]))
    }

    private static let several = "records"

    private var value: JSONValue {
        var members = [
            JSONMember("index", .integer(Int64(clamping: index.value))),
            JSONMember("leaf", .string(String(decoding: leaf, as: UTF8.self))),
            JSONMember("leaf_hash", .string(leafHash.base64)),
            JSONMember(
                "disclosures",
                .object(disclosures.map { JSONMember($0.rawValue, Self.value(of: $1)) })),
        ]
        if let proof {
            let text = String(decoding: proof.encode(), as: UTF8.self)
            members.append(JSONMember("proof", .string(text)))
        }
        return .object(members)
    }

    private static func value(of group: DisclosedGroup) -> JSONValue {
        switch group {
        case .matching(let salt, let value):
            .object([
                JSONMember("salt", .string(Base64.encode(salt.bytes))),
                JSONMember("value", value),
            ])
        case .withheld: .string("withheld")
        case .erased(let index):
            .object([
                JSONMember(
                    "erased", index.map { .integer(Int64(clamping: $0.value)) } ?? .bool(true))
            ])
        case .missing: .string("missing")
        case .mismatching: .string("mismatch")
        }
    }
}

extension RecordEnvelope {
    /// Reads an envelope without believing it; ``RecordCheck`` checks its parts.
    package init(_ bytes: [UInt8]) throws(EnvelopeFault) {
        try self.init(try Self.parsed(bytes))
    }

    /// Reads what ``encode(_:)`` makes of one envelope or of several, without believing any.
    package static func list(_ bytes: [UInt8]) throws(EnvelopeFault) -> [RecordEnvelope] {
        let value = try parsed(bytes)
        guard let records = value[several] else { return [try RecordEnvelope(value)] }
        guard let records = records.array, !records.isEmpty else { throw .badMember(several) }
        var envelopes: [RecordEnvelope] = []
        for record in records { envelopes.append(try RecordEnvelope(record)) }
        return envelopes
    }

    private static func parsed(_ bytes: [UInt8]) throws(EnvelopeFault) -> JSONValue {
        do throws(JSONFault) {
            // Two levels of several envelopes, one of the envelope's own, and room for a whole value below the
            // disclosures.
            return try JSONParser.parse(bytes, as: .strict, deepest: 5 + RecordLimits.depth)
        } catch {
            throw .notJSON(error)
        }
    }

    private init(_ value: JSONValue) throws(EnvelopeFault) {
        guard let number = value["index"]?.integer, number >= 0 else { throw .badMember("index") }
        index = LeafIndex(UInt64(number))
        guard let text = value["leaf"]?.string else { throw .badMember("leaf") }
        leaf = Array(text.utf8)
        guard let hash = value["leaf_hash"]?.string.flatMap({ Hash256(base64: $0) }) else {
            throw .badMember("leaf_hash")
        }
        leafHash = hash
        disclosures = [:]
        for member in value["disclosures"]?.members ?? [] {
            guard let group = CommitGroup(rawValue: member.name),
                let disclosed = Self.disclosed(member.value)
            else { throw .badMember("disclosures.\(member.name)") }
            disclosures[group] = disclosed
        }
        guard let proof = value["proof"] else { return }
        guard let text = proof.string else { throw .badMember("proof") }
        do throws(TlogProofFault) {
            self.proof = try TlogProof(Array(text.utf8))
        } catch {
            throw .badProof(error)
        }
    }

    private static func disclosed(_ value: JSONValue) -> DisclosedGroup? {
        switch value {
        case .string("withheld"): return .withheld
        case .string("missing"): return .missing
        case .string("mismatch"): return .mismatching
        default:
            if let erased = value["erased"] {
                let index = erased.integer.flatMap { UInt64(exactly: $0) }
                return .erased(index.map { LeafIndex($0) })
            }
            guard
                let salt = value["salt"]?.string.flatMap({ Base64.decode($0) }).flatMap({ Salt($0) }
                ),
                let content = value["value"]
            else { return nil }
            return .matching(salt: salt, value: content)
        }
    }
}

/// Why bytes are not a record envelope.
package enum EnvelopeFault: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(JSONFault)
    /// This member is missing or has another form.
    case badMember(String)
    case badProof(TlogProofFault)

    package var description: String {
        switch self {
        case .notJSON(let fault): "\(fault)"
        case .badMember(let name): "its member \(name) is missing or malformed"
        case .badProof(let fault): "its proof cannot be read: \(fault)"
        }
    }
}
