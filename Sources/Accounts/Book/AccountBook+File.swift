// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Crypto

/// Why bytes are no accounts file.
package enum AccountFileFault: Error, Hashable, Sendable {
    /// Written by a later version, as its first member says.
    case newer(String)
    /// It is not what a version of this program wrote.
    ///
    /// - Parameter what: a word or two, nothing of the file.
    case damaged(String)

    /// What is wrong, without its remedy, which depends on where the file is.
    package var words: String {
        switch self {
        case .newer(let format): "it is of a later format, `\(format)`"
        case .damaged(let what): "it is damaged (\(what))"
        }
    }
}

/// The file: a line of canonical JSON, and a line with its digest. See Docs/Formats/accounts.md.
extension AccountBook {
    package static let format = "countersign.accounts/1"
    /// A file that is longer is not read.
    package static let mostFileBytes = 32 << 20

    /// The bytes of the file.
    package var file: [UInt8] {
        var bytes: [UInt8] = CanonicalJSON.encode(json)
        bytes.append(UInt8(ascii: "\n"))
        let digest = Self.digest(of: bytes)
        return bytes + Array((digest + "\n").utf8)
    }

    /// Reads a file. Every byte counts: what was written by hand is refused like what was damaged.
    package init(file bytes: [UInt8]) throws(AccountFileFault) {
        let lines = bytes.split(
            separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard let first = lines.first, !first.isEmpty else { throw .damaged("it is empty") }
        let value: JSONValue
        do throws(JSONFault) {
            value = try JSONParser.parse(
                Array(first), as: .strict, deepest: 8, mostValues: 1_000_000)
        } catch {
            throw .damaged("it is no JSON from byte \(error.offset) on")
        }
        guard let format = value["format"]?.string else { throw .damaged("it names no format") }
        guard format == Self.format else { throw .newer(String(format.prefix(64))) }
        guard lines.count == 3, lines[2].isEmpty,
            String(decoding: lines[1], as: UTF8.self)
                == Self.digest(of: first + [UInt8(ascii: "\n")])
        else { throw .damaged("its digest is another") }
        try self.init(value)
    }

    private init(_ value: JSONValue) throws(AccountFileFault) {
        guard let accounts = value["accounts"]?.array, let tokens = value["tokens"]?.array else {
            throw .damaged("a list is missing")
        }
        for (number, value) in accounts.enumerated() {
            guard let account = Account(value), self.account(id: account.id) == nil,
                account.removed != nil || self.account(named: account.name) == nil
            else { throw .damaged("account \(number)") }
            self.accounts.append(account)
        }
        for (number, value) in tokens.enumerated() {
            guard let token = AccessToken(value), account(id: token.account) != nil,
                self.token(id: token.id) == nil
            else { throw .damaged("token \(number)") }
            self.tokens.append(token)
        }
    }

    private var json: JSONValue {
        .object([
            JSONMember("accounts", .array(accounts.map(\.json))),
            JSONMember("format", .string(Self.format)),
            JSONMember("tokens", .array(tokens.map(\.json))),
        ])
    }

    private static func digest(of bytes: some Sequence<UInt8>) -> String {
        "sha256:" + Hex.encode(SHA256.hash(data: Array(bytes)))
    }
}
