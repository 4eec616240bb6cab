// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Messages

/// What stands before a colon: a field, or a shorthand.
enum QuerySubject: Hashable {
    case field(QueryField)
    case shorthand(QueryShorthand)

    /// Nil if there is nothing of this name.
    init?(_ text: String) {
        if let shorthand = QueryShorthand(rawValue: text.lowercased()) {
            self = .shorthand(shorthand)
        } else if let field = QueryField(text) {
            self = .field(field)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .field(let field): field.text
        case .shorthand(let shorthand): shorthand.rawValue
        }
    }

    /// The name that was probably meant.
    static func nearest(to text: String) -> String? {
        NearestName.of(text, among: QueryField.allNames)
    }
}
