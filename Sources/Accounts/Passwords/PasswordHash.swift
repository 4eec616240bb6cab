// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// An Argon2id hash of a password, with everything needed to compute it again.
package struct PasswordHash: Hashable, Sendable {
    package let parameters: Argon2Parameters
    let salt: [UInt8]
    let digest: [UInt8]

    /// Hashes a password. Takes as long as the parameters say: see ``HashingQueue``.
    ///
    /// - Parameter random: a cryptographically secure source; 16 bytes are drawn from it.
    package init(
        _ password: Password, _ parameters: Argon2Parameters = .current,
        random: inout some RandomNumberGenerator
    ) throws(HashingFault) {
        salt = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        self.parameters = parameters
        digest = try Argon2id.hash(password.bytes, salt: salt, parameters, length: 32)
    }

    /// A hash of no password that anybody knows: comparing with it takes as long as with any other.
    static func decoy(
        _ parameters: Argon2Parameters, random: inout some RandomNumberGenerator
    ) -> PasswordHash {
        PasswordHash(
            parameters: parameters,
            salt: (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) },
            digest: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) })
    }

    private init(parameters: Argon2Parameters, salt: [UInt8], digest: [UInt8]) {
        self.parameters = parameters
        self.salt = salt
        self.digest = digest
    }

    /// Whether this is the hash of a password. Takes as long as hashing it does.
    package func matches(_ password: Password) throws(HashingFault) -> Bool {
        let other = try Argon2id.hash(
            password.bytes, salt: salt, parameters, length: digest.count)
        var difference: UInt8 = 0
        for (one, two) in zip(digest, other) { difference |= one ^ two }
        return difference == 0
    }

    /// The PHC form, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`.
    package var text: String {
        "$argon2id$v=19$m=\(parameters.memory),t=\(parameters.passes),p=\(parameters.lanes)$"
            + Self.unpadded(salt) + "$" + Self.unpadded(digest)
    }

    /// Reads what ``text`` wrote; nil for anything else, and for parameters that nobody should compute.
    package init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19"
        else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memory = Self.number(costs[0], "m="),
            let passes = Self.number(costs[1], "t="), let lanes = Self.number(costs[2], "p="),
            let salt = Self.bytes(parts[4]), (8...64).contains(salt.count),
            let digest = Self.bytes(parts[5]), (16...64).contains(digest.count)
        else { return nil }
        parameters = Argon2Parameters(memory: memory, passes: passes, lanes: lanes)
        guard parameters.isBearable else { return nil }
        self.salt = salt
        self.digest = digest
    }

    private static func number(_ text: Substring, _ name: String) -> UInt32? {
        guard text.hasPrefix(name), let number = UInt32(text.dropFirst(name.count)),
            "\(number)" == text.dropFirst(name.count)
        else { return nil }
        return number
    }

    private static func unpadded(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).prefix { $0 != "=" })
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        guard !text.contains("=") else { return nil }
        return Base64.decode(text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4))
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    /// No log line shows a hash.
    package var description: String { "argon2id" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
