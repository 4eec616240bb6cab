// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel
import ByteCoding
import Disclosures

extension Record {
    /// Every way in which a leaf fails to be a record of this schema; empty for a good one.
    package static func faults(inLeaf leaf: [UInt8]) -> [RecordFault] {
        do throws(RecordFault) {
            return try Record(leaf: leaf).faults
        } catch {
            return [error]
        }
    }

    /// Every way in which this fails to be a record of this schema (record.md §1 and §2); empty for
    /// a good one.
    package var faults: [RecordFault] {
        var inspection = Inspection()
        if leaf.count > RecordLimits.leafBytes { inspection.note(.tooLong) }
        inspection.inspect(value, as: RecordSchema.root)
        // What a later version's effect needs is not known here.
        let mayLack = effect == .error || effect == nil ? RecordSchema.decidedBits : 0
        var missing = RecordSchema.mandatoryBits & ~inspection.found & ~mayLack
        while missing != 0 {
            inspection.faults.append(
                RecordFault(
                    .missing, at: RecordSchema.mandatoryPaths[missing.trailingZeroBitCount]))
            missing &= missing - 1
        }
        if let labels = value["labels"]?.members {
            if labels.count > RecordLimits.labels {
                inspection.faults.append(RecordFault(.tooManyMembers, at: "labels"))
            }
            for label in labels where label.value.string == nil {
                inspection.faults.append(RecordFault(.wrongType, at: "labels.\(label.name)"))
            }
        }
        return inspection.faults
    }
}

/// One walk over a record, in step with the schema: both are sorted by name.
private struct Inspection {
    var faults: [RecordFault] = []
    /// Bits of the mandatory members found.
    var found: UInt64 = 0
    /// Names from the record down to the walk's position.
    private var trail: [String] = []

    mutating func note(_ kind: RecordFault.Kind) {
        faults.append(RecordFault(kind, at: trail.joined(separator: ".")))
    }

    /// - Parameter node: what the schema says of the value; nil if nothing.
    mutating func inspect(_ value: JSONValue, as node: RecordSchema.Node?) {
        if let node {
            found |= node.bit
            if let kind = node.form.fault(of: value) { note(kind) }
        }
        switch value {
        case .object(let members): inspect(members, as: node?.members ?? [])
        case .array(let items):
            if items.count > RecordLimits.arrayItems { note(.arrayTooLong) }
            for item in items { inspect(item, as: nil) }
        case .string(let text):
            if text.isEmpty { note(.emptyString) }
            if text.utf8.count > RecordLimits.stringBytes { note(.stringTooLong) }
        case .integer, .bool, .number, .null: break
        }
    }

    private mutating func inspect(_ members: [JSONMember], as nodes: [RecordSchema.Node]) {
        var next = 0
        for member in members {
            trail.append(member.name)
            if member.name.isEmpty || !member.name.utf8.allSatisfy(RecordSchema.isNameByte) {
                note(.badName)
            }
            while next < nodes.count, nodes[next].name < member.name { next += 1 }
            if next < nodes.count, nodes[next].name == member.name {
                inspect(member.value, as: nodes[next])
            } else {
                inspect(member.value, as: nil)
            }
            trail.removeLast()
        }
    }
}
