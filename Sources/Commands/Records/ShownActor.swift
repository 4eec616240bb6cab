// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import Disclosures
import ByteCoding
import LogReading
import Messages

extension Record {
    /// Whether the record's actor is known by this: an opaque id, the id of a key or certificate, or an opened name;
    /// also if they act through somebody else, or the credential was refused and the access is anonymous.
    func concerns(_ actor: String, _ values: RecordValues) -> Bool {
        [
            self.actor, value[path: "actor", "auth", "key"]?.string, claimed("uid"),
            claimed("key"),
        ].contains(actor) || values.names.contains(actor)
            || value[path: "actor", "via"]?.array?
                .contains { $0["uid"]?.string == actor } == true
    }
}

/// A record's actor, as shown to people.
struct ShownActor {
    /// Their name; the opaque id if the name is sealed.
    let name: SafeText
    /// The same with the opaque id.
    let full: SafeText

    init(_ record: Record, _ values: RecordValues) {
        let id: SafeText = "\(record.actor ?? "–")"
        if let claim = Self.claim(of: record, values) {
            name = id + " (" + claim + ")"
            full = name
        } else if let called = values.name {
            name = "\(called)"
            full = name + " (" + id + ")"
        } else {
            name = id
            full = id
        }
    }

    /// Whom a refused credential names; nil where there was none that names anybody.
    private static func claim(of record: Record, _ values: RecordValues) -> SafeText? {
        guard record.claimed("method") != nil else { return nil }
        let holder = values.claimedName ?? record.claimed("uid")
        let word = record.claimed("method") == "mtls" ? "certificate" : "key"
        return switch (record.claimed("key"), holder) {
        case (let key?, let holder?): "claims \(word) \(key) of \(holder)"
        case (let key?, nil): "claims \(word) \(key)"
        case (nil, let holder?): "claims to be \(holder)"
        case (nil, nil): record.claimed("issuer").map { "claims to be of \($0)" }
        }
    }
}
