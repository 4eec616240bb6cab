// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import AccessModel
internal import AuditRecords
internal import ByteCoding
internal import Disclosures
internal import Merkle

extension LeafFacts {
    /// The facts of a record that was read in full, and the bytes that their places refer to; nil if a mandatory
    /// member is missing.
    static func reading(_ record: Record) -> (facts: LeafFacts, bytes: [UInt8])? {
        guard let index = record.index, let previous = record.previous, let uid = record.uid,
            let boot = record.boot, let sequence = record.sequence,
            record.value["stage"]?.string != nil,
            let origin = record.origin, let producer = record.producer,
            let time = record.logTime, let action = record.action
        else { return nil }
        var facts = LeafFacts()
        var bytes: [UInt8] = []
        func add(_ text: String) -> Range<Int> {
            var encoded: [UInt8] = []
            CanonicalJSON.append(string: text.utf8, to: &encoded)
            let start = bytes.count
            bytes += encoded.dropFirst().dropLast()
            return start..<bytes.count
        }
        facts.index = index.value
        facts.previous = previous
        facts.uid = uid
        facts.boot = boot
        facts.sequence = sequence
        facts.stage = record.stage
        facts.origin = add(origin)
        facts.producer = add(producer)
        facts.action = add(action)
        facts.logTime = add(time.rfc3339)
        facts.effect = record.effect
        facts.isAccess = record.event("category")?.string
            .flatMap { EventCategory(rawValue: $0) }.map { $0 == .access }
        // How a later schema commits, nobody knows here.
        guard !record.isOfLaterSchema else { return (facts, bytes) }
        for (group, commitment) in record.commitments { facts.commitments[group] = commitment }
        return (facts, bytes)
    }
}

extension RecordFault {
    /// The fault and its place, for a finding's detail.
    var text: String {
        let what =
            switch kind {
            case .notCanonical(let fault):
                "not canonical JSON: \(fault.kind) at byte \(fault.offset)"
            case .tooLong: "too long"
            case .missing: "missing"
            case .wrongType: "of another type"
            case .badValue: "not a value that it may have"
            case .emptyString: "empty"
            case .stringTooLong: "too long"
            case .arrayTooLong, .tooManyMembers: "too many items"
            case .badName: "not a member name"
            }
        return path.isEmpty ? what : "\(path): \(what)"
    }
}
