// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Policy

/// Which texts are alike: those whose keys are the same bytes, which is the same for every storage.
package enum QueryLikeness: Hashable, Sendable {
    /// Ids and other exact texts: none but itself.
    case bytes
    /// Names of persons and things: in letters of either case, composed or not.
    case letters
    /// Paths that a service may take for the same.
    case path

    func key(of text: String) -> [UInt8] {
        switch self {
        case .bytes: Array(text.utf8)
        case .letters: Array(text.likeLetters.utf8)
        case .path: Array(SamePath.form(of: text).utf8)
        }
    }

    /// What keys of texts begin with that begin so.
    func key(ofBeginning text: String) -> [UInt8] {
        switch self {
        case .bytes, .letters: key(of: text)
        case .path: Array(SamePath.form(ofBeginning: text).utf8)
        }
    }

    /// Whether a text may be a certificate's thumbprint, or its beginning: of all ids that stand beside names, these alone
    /// are told apart by the case of their letters.
    private static func isThumbprint(_ text: String, whole: Bool) -> Bool {
        (whole ? text.utf8.count == 43 : text.utf8.count <= 43)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F: true
                default: false
                }
            }
    }

    /// What stands for all values that are alike, in the query itself.
    func form(_ value: QueryValue) -> QueryValue {
        switch (self, value) {
        case (.letters, .text(let text)):
            .text(Self.isThumbprint(text, whole: true) ? text : text.likeLetters)
        case (.letters, .prefix(let text)):
            .prefix(Self.isThumbprint(text, whole: false) ? text : text.likeLetters)
        case (.letters, .part(let text)): .part(text.likeLetters)
        case (.path, .text(let text)): .text(SamePath.form(of: text))
        case (.path, .prefix(let text)): .prefix(SamePath.form(ofBeginning: text))
        case (.bytes, _), (_, .any), (_, .range), (_, .network), (.path, .part): value
        }
    }
}

extension QueryField {
    /// What stands for all values of the field that are found by the same term as this one.
    package func alike(_ text: String) -> String {
        row.personal?.likeness == .path ? SamePath.form(of: text) : text
    }
}
