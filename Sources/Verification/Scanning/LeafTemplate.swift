// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// A good leaf as the pattern of those that are built like it: the same members in the same order.
///
/// Whether a member's value is valid depends on the value alone. So a leaf that has the template's bytes
/// everywhere except in values, and whose differing values are valid, is as valid as the template.
/// Whatever is reused from a template is what reading the same bytes again would give.
final class LeafTemplate {
    /// The place in the leaf of a known member's value that is not an object, quotes and brackets included.
    struct Value {
        let start: Int
        let end: Int
        /// Position in ``SchemaTree/members``.
        let member: Int
        let depth: Int
    }

    let bytes: [UInt8]
    /// In the order of the leaf.
    let values: [Value]
    let facts: LeafFacts

    init(_ leaf: Span<UInt8>, values: [Value], facts: LeafFacts) {
        bytes = [UInt8](copying: leaf)
        self.values = values
        self.facts = facts
    }
}

extension LeafScanner {
    /// Accesses allowed and denied, with and without a `started` record, and the proxy's own actions.
    private static let mostTemplates = 4

    /// Keeps the leaf that was just found valid as a template.
    mutating func remember(_ leaf: Span<UInt8>) {
        let template = LeafTemplate(leaf, values: values, facts: facts)
        if templates.count < Self.mostTemplates {
            likely = templates.count
            templates.append(template)
        } else {
            templates[oldest] = template
            likely = oldest
            oldest = (oldest + 1) % Self.mostTemplates
        }
    }

    /// Whether the leaf matches one of the templates; then ``facts`` are its own.
    mutating func isLikeAny(_ leaf: Span<UInt8>) -> Bool {
        if likely < templates.count, isGood(leaf, like: templates[likely]) { return true }
        for place in templates.indices
        where place != likely && isGood(leaf, like: templates[place]) {
            likely = place
            return true
        }
        return false
    }

    /// Compares from one difference to the next: each must lie in a value, which is then read.
    private mutating func isGood(_ leaf: Span<UInt8>, like template: LeafTemplate) -> Bool {
        let (bytes, places) = (template.bytes, template.values)
        let (known, values) = (bytes.span, places.span)
        facts = template.facts
        at = 0
        // Up to here in the template, and up to `at` in the leaf, everything matches.
        var there = 0
        var next = 0
        while true {
            let shift = at - there
            let end = there + PlainText.common(leaf, at, known, there)
            // The byte behind a value is compared, too: `12` ends neither in `123` nor where it ends itself.
            while next < values.count, values[next].end < end {
                move(schema.members[values[next].member].role, by: shift, from: template)
                next += 1
            }
            if end == known.count { return end + shift == leaf.count && isComplete }
            guard next < values.count, values[next].start <= end else { return false }
            let different = values[next]
            at = different.start + shift
            guard value(leaf, of: schema.members[different.member], depth: different.depth) else {
                return false
            }
            there = different.end
            next += 1
        }
    }

    /// Takes a value that is the same as the template's.
    private mutating func move(
        _ role: SchemaTree.Role, by shift: Int, from template: LeafTemplate
    ) {
        func moved(_ place: Range<Int>) -> Range<Int> {
            place.lowerBound + shift..<place.upperBound + shift
        }
        switch role {
        case .origin: facts.origin = moved(template.facts.origin)
        case .producer: facts.producer = moved(template.facts.producer)
        case .action: facts.action = moved(template.facts.action)
        case .logTime: facts.logTime = moved(template.facts.logTime)
        default: break
        }
    }
}
