// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import Merkle

/// A key that is destroyed in its place to erase what it sealed: a subject's or a month's.
package protocol ErasableKey: Sendable {
    /// Whose key it is; it outlasts the key.
    associatedtype ID: Hashable, Sendable

    /// How each of its slots begins.
    static var magic: String { get }

    static func text(of id: ID) -> String
    static func id(of text: String) -> ID?

    var id: ID { get }
    /// Zero if the key is found by its id only.
    var lookup: Hash256 { get }
    /// The 32 bytes of the key.
    var secret: [UInt8] { get }

    /// - Parameter key: 32 secret bytes.
    /// - Returns: nil if no such key has this lookup.
    init?(id: ID, lookup: Hash256, storedKey key: SymmetricKey)
}

extension SubjectKey: ErasableKey {
    package static var magic: String { "CSS1" }

    package static func text(of id: SubjectID) -> String { id.text }
    package static func id(of text: String) -> SubjectID? { SubjectID(text) }

    package var secret: [UInt8] { key.bytes }

    package convenience init?(id: SubjectID, lookup: Hash256, storedKey key: SymmetricKey) {
        self.init(id: id, lookup: lookup, key: key)
    }
}

extension PeriodKey: ErasableKey {
    package static var magic: String { "CSP1" }

    package static func text(of id: Period) -> String { id.text }
    package static func id(of text: String) -> Period? { Period(text.utf8) }

    package var id: Period { period }
    package var lookup: Hash256 { .zero }
    package var secret: [UInt8] { key.bytes }

    package convenience init?(id: Period, lookup: Hash256, storedKey key: SymmetricKey) {
        guard lookup == .zero else { return nil }
        self.init(period: id, key: key)
    }
}

extension SymmetricKey {
    fileprivate var bytes: [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }
}
