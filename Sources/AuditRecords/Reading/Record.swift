// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import ByteCoding
import Disclosures

/// A leaf that was read back, for display and inspection.
///
/// Every string is hostile (attacks.md) and is shown only as text. Accessors are nil if a member is
/// missing or of another form; ``faults`` says so in words.
package struct Record: Sendable {
    /// The bytes that were stored and hashed.
    package let leaf: [UInt8]
    package let value: JSONValue

    /// Reads a leaf; if it parses, it is canonical (record.md §1).
    package init(leaf: [UInt8]) throws(RecordFault) {
        self.leaf = leaf
        do throws(JSONFault) {
            value = try JSONParser.parse(leaf, as: .canonical, deepest: RecordLimits.depth)
        } catch {
            throw RecordFault(.notCanonical(error), at: "")
        }
        guard value.members != nil else { throw RecordFault(.wrongType, at: "") }
    }

    /// Whether the leaf claims to be one of our records, of this version's schema or another.
    package var isOurs: Bool {
        value["schema"]?.string?.hasPrefix(RecordSchema.family) == true
    }

    /// Whether the record is of a schema that this version does not know.
    package var isOfLaterSchema: Bool { Self.laterSchema(of: value) != nil }

    /// The schema that a leaf claims, if it is one of ours that this version does not know. Such a
    /// leaf need only be JSON: what else holds for it, only its own version knows.
    package static func laterSchema(ofLeaf leaf: [UInt8]) -> String? {
        do throws(JSONFault) {
            return laterSchema(of: try JSONParser.parse(leaf, as: .strict, deepest: 64))
        } catch {
            return nil
        }
    }

    private static func laterSchema(of value: JSONValue) -> String? {
        guard let name = value["schema"]?.string, name != RecordSchema.name,
            name.hasPrefix(RecordSchema.family)
        else { return nil }
        let number = name.utf8.dropFirst(RecordSchema.family.utf8.count)
        return !number.isEmpty && number.allSatisfy { (0x30...0x39).contains($0) } ? name : nil
    }

    package var uid: UniqueID? { value["uid"]?.string.flatMap { UniqueID($0) } }

    package var stage: RecordStage? {
        word(.stage).flatMap { RecordStage(rawValue: $0) }
    }

    /// When the request was accepted.
    package var time: UTCInstant? { value["time"]?.string.flatMap { UTCInstant(rfc3339: $0) } }

    package var durationMicroseconds: Int64? { value["duration_us"]?.integer }

    /// A member of `event`.
    package func event(_ name: String) -> JSONValue? { value[path: "event", name] }

    /// `event.action`, known to this version or not.
    package var action: String? { event("action")?.string }

    package var outcome: EventOutcome? {
        word(.outcome).flatMap { EventOutcome(rawValue: $0) }
    }

    package var severity: Severity? {
        event("severity")?.integer.flatMap { Severity(rawValue: Int($0)) }
    }

    /// `event.reason`, or `decision.reason` if the event names none.
    package var reason: String? {
        event("reason")?.string ?? value[path: "decision", "reason"]?.string
    }

    /// What exactly was wrong, and where.
    package var detail: String? { event("detail")?.string }

    package var actor: String? { value[path: "actor", "uid"]?.string }

    package var actorKind: Principal.Kind? {
        word(.actorKind).flatMap { Principal.Kind(rawValue: $0) }
    }

    package var service: String? { value[path: "dst", "service"]?.string }

    package var effect: Decision.Effect? {
        word(.effect).flatMap { Decision.Effect(rawValue: $0) }
    }

    package var rule: String? { value[path: "decision", "rule"]?.string }

    package var policyVersion: String? { value[path: "decision", "policy_version"]?.string }

    package var method: String? { value[path: "http", "method"]?.string }

    package var route: String? { value[path: "http", "route"]?.string }

    package var status: Int64? { value[path: "http", "status"]?.integer }
}
