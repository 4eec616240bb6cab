// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Messages

/// What a term asks about.
package enum QueryField: Hashable, Sendable {
    case named(Name)
    /// An operator's label of this name.
    case label(String)
    /// Whatever a word without a field is looked for in.
    case anyWord

    /// Every field that has one name; its row is in ``QueryFieldRow``.
    package enum Name: String, CaseIterable, Sendable {
        case action
        case actor
        case auth
        case category
        case `class`
        case created
        case decision
        case dur
        case erased
        case has
        case index
        case ip
        case log
        case method
        case outcome
        case path
        case policy
        case producer
        case rawpath
        case reason
        case role
        case route
        case rule
        case service
        case session
        case size
        case stage
        case status
        case tag
        case trace
        case uid
        case zone
    }

    /// As it is written before the colon; empty for a word without a field.
    package var text: String {
        switch self {
        case .named(let name): name.rawValue
        case .label(let name): Self.labelPrefix + name
        case .anyWord: ""
        }
    }

    package var row: QueryFieldRow {
        switch self {
        case .named(let name): QueryFieldRow.of(name)
        case .label(let name): QueryFieldRow.label(name)
        case .anyWord: QueryFieldRow.anyWord
        }
    }

    private static let longestName = 64

    /// What names of labels stand behind.
    package static let labelPrefix = "label."

    /// The field of a name or alias in any case; nil for another word.
    package init?(_ text: String) {
        let folded = text.lowercased()
        guard folded.utf8.count <= Self.longestName else { return nil }
        if let name = Self.byName[folded] {
            self = .named(name)
        } else if folded.hasPrefix(Self.labelPrefix),
            case let label = folded.dropFirst(Self.labelPrefix.count), !label.isEmpty,
            label.utf8.allSatisfy(Self.isLabelByte)
        {
            self = .label(String(label))
        } else {
            return nil
        }
    }

    /// The same, of a field that is counted by. Whether something was erased is no value, and is asked of each access.
    package init?(counting text: String) {
        guard let field = QueryField(text), field != .named(.erased) else { return nil }
        self = field
    }

    /// What to do where a text is no such field.
    package static func remedy(counting text: String) -> String {
        if QueryField(text) == .named(.erased) { return "ask for is:erased instead" }
        let names = Name.allCases.filter { $0 != .erased }.map(\.rawValue)
        return
            (NearestName.of(text, among: names).map { "did you mean \($0)? There are " }
            ?? "use one of ") + names.joined(separator: ", ") + ", and label.NAME"
    }

    /// Names of members, labels among them, are of `[a-z0-9_]` (record.md, Encoding).
    private static func isLabelByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x5F
    }

    private static let byName: [String: Name] = Name.allCases.reduce(into: [:]) { names, name in
        names[name.rawValue] = name
        for alias in QueryFieldRow.of(name).aliases { names[alias] = name }
    }

    /// Every name and alias, and those of shorthands: what a mistyped one may have meant.
    package static let allNames: [String] =
        Name.allCases.map(\.rawValue) + QueryShorthand.allCases.map(\.rawValue)
        + Name.allCases.flatMap { QueryFieldRow.of($0).aliases }
}
