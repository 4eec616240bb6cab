// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

/// Somebody who may look, as the accounts file knows them.
package struct Account: Hashable, Sendable {
    /// Who did something to an account, and when.
    package struct Deed: Hashable, Sendable {
        package var at: UTCInstant
        /// The id of an account, `uid:` and a number for somebody on the host, or `setup` for the first-run link.
        package var by: String

        package init(at: UTCInstant, by: String) {
            self.at = at
            self.by = by
        }
    }

    /// `acc_` and twelve characters: what records say instead of a name.
    package let id: String
    package var name: AccountName
    package var roles: Set<Role>
    package var hash: PasswordHash
    package var created: Deed
    /// When its password was last set by somebody else.
    package var reset: Deed?
    /// The account stays in the file, so that its id in records keeps its name.
    package var removed: Deed?
    /// Grows with each change that ends sessions: password, roles, removal.
    package var generation: UInt32

    package init(
        id: String, name: AccountName, roles: Set<Role>, hash: PasswordHash, created: Deed,
        reset: Deed? = nil, removed: Deed? = nil, generation: UInt32 = 0
    ) {
        self.id = id
        self.name = name
        self.roles = roles
        self.hash = hash
        self.created = created
        self.reset = reset
        self.removed = removed
        self.generation = generation
    }

    package var rights: Set<Right> { removed == nil ? roles.rights : [] }

    /// An id that nobody has.
    package static func newID(random: inout some RandomNumberGenerator) -> String {
        let symbols = Array("abcdefghijklmnopqrstuvwxyz234567")
        return "acc_"
            + String((0..<12).map { _ in symbols[Int(random.next() >> 59)] })
    }

    package static func isID(_ text: String) -> Bool {
        text.hasPrefix("acc_") && text.utf8.count == 16
            && text.utf8.dropFirst(4).allSatisfy {
                (0x61...0x7A).contains($0) || (0x32...0x37).contains($0)
            }
    }
}
