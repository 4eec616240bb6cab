// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A password as it is hashed: prepared by the OpaqueString profile (RFC 8265 §4.2), so that two keyboards that
/// write one text in two ways give one password.
///
/// Spaces beyond ASCII become U+0020, the text is normalised to NFC, control characters are refused; capitals and
/// width stay as they are.
package struct Password: Sendable {
    /// More is refused before anything is computed of it.
    package static let mostBytes = 1024
    /// Of a new one.
    package static let leastCharacters = 12

    /// Why a text is no password.
    package enum Fault: Error, Hashable, Sendable, CaseIterable {
        case empty
        case tooLong
        case notText
        case hasControl
        case tooShort
        case isName

        /// A sentence without its full stop.
        package var words: String {
            switch self {
            case .empty: "the password is empty"
            case .tooLong: "the password has more than \(mostBytes) bytes"
            case .notText: "the password is not UTF-8"
            case .hasControl: "the password has a control character"
            case .tooShort: "the password has fewer than \(leastCharacters) characters"
            case .isName: "the password holds the account's name"
            }
        }
    }

    let bytes: [UInt8]

    /// What somebody entered, to be compared.
    package init(entered: [UInt8]) throws(Fault) {
        guard !entered.isEmpty else { throw .empty }
        guard entered.count <= Self.mostBytes else { throw .tooLong }
        guard let text = String(validating: entered, as: UTF8.self) else { throw .notText }
        var scalars = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control: throw .hasControl
            case .spaceSeparator: scalars.append(" ")
            default: scalars.append(scalar)
            }
        }
        bytes = Array(String(scalars).precomposedStringWithCanonicalMapping.utf8)
    }

    /// What somebody chose, to be kept from now on.
    package init(chosen: [UInt8], for name: AccountName) throws(Fault) {
        try self.init(entered: chosen)
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.count >= Self.leastCharacters else { throw .tooShort }
        // A short name is part of many a good password.
        guard name.text.utf8.count < 4 || !text.lowercased().contains(name.text) else {
            throw .isName
        }
    }
}

extension Password: CustomStringConvertible, CustomReflectable {
    /// No log line shows a password.
    package var description: String { "password" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
