// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures
import Merkle

/// Which members record.md §2 knows, and what each may hold.
///
/// Members that are not listed are left to later versions: readers ignore them.
package struct RecordSchema {
    /// What a value may be.
    package enum Form {
        case text
        /// One of these texts and no other.
        case oneOf(Set<String>)
        /// A text; these values are known. A later version may write others, which are no fault.
        case known(Set<String>)
        case integer(ClosedRange<Int64>)
        case bool
        case uniqueID
        case instant
        case hash
        case strings
        case object
        case array
        case hexDigits(Int)
        case shortText(Int)
        case action
    }

    /// A member and what may be below it, sorted by name like canonical JSON.
    package struct Node {
        package var name: String
        package var form: Form = .object
        /// The bit of a mandatory member in ``mandatoryBits``.
        package var bit: UInt64 = 0
        package var members: [Node] = []

        /// The node at a path, created if necessary.
        fileprivate mutating func add(_ path: ArraySlice<Substring>, _ form: Form, bit: UInt64) {
            guard let name = path.first else {
                (self.form, self.bit) = (form, bit)
                return
            }
            let position = members.firstIndex { $0.name >= name } ?? members.endIndex
            if position == members.endIndex || members[position].name != name {
                members.insert(Node(name: String(name)), at: position)
            }
            members[position].add(path.dropFirst(), form, bit: bit)
        }
    }

    /// The record itself.
    package static let root: Node = {
        var root = Node(name: "")
        for (position, field) in mandatory.enumerated() {
            root.add(field.0.split(separator: ".")[...], field.1, bit: 1 << UInt64(position))
        }
        for field in optional + factMembers + systemMembers {
            root.add(field.0.split(separator: ".")[...], field.1, bit: 0)
        }
        return root
    }()

    /// `schema` of the records that this version writes and fully reads.
    package static let name = "countersign.record/1"

    /// What every schema of ours begins with.
    package static let family = "countersign.record/"

    /// Paths of the mandatory members, by position of their bits.
    static let mandatoryPaths = mandatory.map(\.0)

    /// One bit for each mandatory member.
    package static let mandatoryBits: UInt64 = (1 << UInt64(mandatory.count)) - 1

    /// Bits of the members that records of an error may lack.
    package static let decidedBits: UInt64 = {
        var bits: UInt64 = 0
        for (position, path) in mandatoryPaths.enumerated()
        where path.hasPrefix("decision.") && path != "decision.effect" {
            bits |= 1 << UInt64(position)
        }
        return bits
    }()

    /// What a count may be.
    static let whole: ClosedRange<Int64> = 0...JSONValue.largestInteger

    private static let mandatory: [(String, Form)] = [
        ("schema", .oneOf([name])),
        ("uid", .uniqueID),
        ("written.origin", .text),
        ("written.index", .integer(whole)),
        ("written.prev", .hash),
        ("written.time", .instant),
        ("producer.uid", .text),
        ("producer.boot", .uniqueID),
        ("written.seq", .integer(1...JSONValue.largestInteger)),
        ("time", .instant),
        (OpenMember.stage.rawValue, OpenMember.stage.form),
        (OpenMember.category.rawValue, OpenMember.category.form),
        ("event.class", .integer(whole)),
        ("event.activity", .integer(whole)),
        ("event.action", .action),
        (OpenMember.outcome.rawValue, OpenMember.outcome.form),
        ("event.severity", .integer(1...6)),
        ("actor.uid", .text),
        (OpenMember.actorKind.rawValue, OpenMember.actorKind.form),
        (OpenMember.method.rawValue, OpenMember.method.form),
        ("dst.service", .text),
        (OpenMember.effect.rawValue, OpenMember.effect.form),
        ("decision.policy", .text),
        ("decision.policy_version", .text),
        ("decision.rule", .text),
        ("decision.reason", .text),
        ("commit", .object),
    ]

    private static let optional: [(String, Form)] = [
        ("duration_us", .integer(whole)),
        ("event.reason", .text),
        ("event.message", .shortText(RecordLimits.messageBytes)),
        ("event.answer", .text),
        ("event.detail", .shortText(RecordLimits.messageBytes)),
        ("actor.issuer", .text),
        ("actor.roles", .strings),
        ("actor.session", .text),
        ("actor.auth.mfa", .bool),
        (OpenMember.binding.rawValue, OpenMember.binding.form),
        ("actor.auth.key", .text),
        ("actor.auth.token", .text),
        (OpenMember.claimedMethod.rawValue, OpenMember.claimedMethod.form),
        ("actor.claimed.key", .text),
        ("actor.claimed.issuer", .text),
        ("actor.claimed.uid", .text),
        ("actor.claimed.verified", .bool),
        ("actor.unused_claims", .strings),
        ("src.zone", .text),
        ("dst.address", .text),
        ("dst.port", .integer(0...65_535)),
        ("dst.tls_verified", .bool),
        ("http.method", .text),
        ("http.method_original", .text),
        ("http.scheme", .text),
        ("http.host", .text),
        ("http.version", .text),
        ("http.route", .text),
        ("http.status", .integer(100...999)),
        ("http.upstream_status", .integer(100...999)),
        ("http.request_size", .integer(whole)),
        ("http.response_size", .integer(whole)),
        ("decision.approval", .text),
        ("decision.reading", .text),
        ("limit.bucket", .text),
        ("limit.limit", .integer(whole)),
        ("limit.remaining", .integer(whole)),
        ("limit.reset_s", .integer(whole)),
        ("data_tags", .strings),
        ("trace.trace_id", .hexDigits(32)),
        ("trace.span_id", .hexDigits(16)),
        ("truncated", .strings),
        ("commit.who", .hash),
        ("commit.where", .hash),
        ("commit.what", .hash),
        ("commit.payload", .hash),
    ]

    /// `[a-z0-9_]` (record.md §1).
    static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }
}
