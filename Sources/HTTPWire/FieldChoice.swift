// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How the client fields that one service gets differ from the usual.
package struct FieldChoice: Hashable, Sendable {
    /// A name that cannot be chosen.
    package enum Fault: Error, Hashable, Sendable {
        /// It is no field name, or holds more than letters, digits and `-`.
        case noName(String)
        /// It frames a message, concerns one hop only, or says whom it is for: it never passes
        /// unchanged.
        case neverPasses(String)
        /// This proxy sets it; a client that could set it would speak in the proxy's name.
        case ours(String)
        /// It passes anyway.
        case passesAnyway(String)
    }

    /// In lower case; left out however `-` is written.
    let removed: [[UInt8]]
    /// Passed although a client can forge them, but not under names with `_` for `-`.
    let kept: [[UInt8]]

    package init(removing removed: [String], keeping kept: [String]) throws(Fault) {
        self.removed = try removed.map { text throws(Fault) in
            let (name, known) = try Self.name(text)
            guard !Self.isOurs(known) else { throw .ours(text) }
            return name
        }
        self.kept = try kept.map { text throws(Fault) in
            let (name, known) = try Self.name(text)
            guard !Self.isOurs(known) else { throw .ours(text) }
            guard KnownFieldSet.claims.contains(known) else { throw .passesAnyway(text) }
            return name
        }
    }

    private static func name(_ text: String) throws(Fault) -> ([UInt8], KnownField) {
        let bytes = text.utf8.map(Byte.lower)
        guard !bytes.isEmpty, bytes.allSatisfy(ByteSet.plainName.contains) else {
            throw .noName(text)
        }
        let known = KnownFieldTable.shared.field(bytes.span, 0..<bytes.count)
        guard known != .host, !KnownFieldSet.framing.contains(known),
            !KnownFieldSet.oneHop.contains(known)
        else { throw .neverPasses(text) }
        return (bytes, known)
    }

    private static func isOurs(_ known: KnownField) -> Bool {
        KnownFieldSet.ours.union(.setForServices).contains(known)
    }
}

extension KnownFieldSet {
    /// What this proxy tells a service about each request, besides ``ours``.
    package static let setForServices: Self = [
        .xForwardedFor, .xForwardedProto, .xForwardedHost, .traceparent,
    ]
}

extension RequestHead {
    /// The same head with a service's choice of fields. Copies the field list.
    package func applying(_ choice: FieldChoice) -> RequestHead {
        let copy = copy()
        for place in copy.section.fields.indices {
            let field = copy.section.fields[place]
            let name = bytes(of: field.name).map(Byte.lower)
            let folded = name.map { ByteSet.plainName.contains($0) ? $0 : Byte.hyphen }
            if choice.removed.contains(folded) {
                copy.section.fields[place].isNominated = true
            } else if choice.kept.contains(name) {
                copy.section.fields[place] = FieldSlice(
                    name: field.name, value: field.value, known: .other,
                    isNominated: field.isNominated, isTight: field.isTight)
            }
        }
        return copy
    }
}
