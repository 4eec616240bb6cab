// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ByteCoding

/// Accounts to test with. Their hashes cost next to nothing.
enum AccountSamples {
    static let now = UTCInstant(microseconds: 1_795_251_600_000_000)
    static let cheap = Argon2Parameters(memory: 64, passes: 1, lanes: 1)
    static let password = "correct horse battery"

    /// Of ``password``.
    static let hash: PasswordHash = {
        var random = SystemRandomNumberGenerator()
        do {
            return try PasswordHash(
                Password(entered: Array(password.utf8)), cheap, random: &random)
        } catch {
            preconditionFailure("SamplesCanBeMade: \(error)")
        }
    }()

    static func creating(
        _ name: String, _ roles: Set<Role>, isFirst: Bool = false
    ) -> AccountChange {
        guard let name = AccountName(name) else {
            preconditionFailure("SamplesCanBeMade: \(name)")
        }
        var random = SystemRandomNumberGenerator()
        return .create(
            id: Account.newID(random: &random), name: name, roles: roles, hash: hash,
            isFirst: isFirst)
    }
}
