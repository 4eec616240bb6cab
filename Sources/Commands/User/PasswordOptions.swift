// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Accounts
import ArgumentParser
import Messages
import Server

/// Where a new password comes from: a terminal that does not show it, or a file. Never an argument, which others on the
/// host can read.
struct PasswordOptions: ParsableArguments {
    @Option(
        help:
            "File whose first line is the password, `-` for standard input; without it, the terminal asks.",
        completion: .file())
    var passwordFile: String?

    /// The hash of the password that is entered.
    func hash(for name: AccountName) throws(CommandFailure) -> PasswordHash {
        let password = try password(for: name)
        var random = SystemRandomNumberGenerator()
        do throws(HashingFault) {
            return try PasswordHash(password, random: &random)
        } catch {
            throw CommandFailure(
                .failure,
                "the password cannot be hashed (libargon2 says \(error.code)); are 20 MiB of memory left?"
            )
        }
    }

    private func password(for name: AccountName) throws(CommandFailure) -> Password {
        let entered = try entered(for: name)
        do throws(Password.Fault) {
            return try Password(chosen: entered, for: name)
        } catch {
            throw CommandFailure(
                .usage,
                "\(error.words); choose one of \(Password.leastCharacters) characters to \(Password.mostBytes) bytes without the account's name."
            )
        }
    }

    private func entered(for name: AccountName) throws(CommandFailure) -> [UInt8] {
        if let passwordFile {
            return Self.firstLine(try SecretInput.bytes(passwordFile, most: 65_536))
        }
        guard let one = try ask("Password for \(name.text): ") else {
            throw CommandFailure(
                .usage, "there is no terminal to ask on; name a file with --password-file.")
        }
        guard try ask("Again: ") == one else {
            throw CommandFailure(.usage, "the two passwords differ; try again.")
        }
        return one
    }

    private func ask(_ prompt: String) throws(CommandFailure) -> [UInt8]? {
        do {
            return try CommandContext.current.secret(prompt)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(.failure, "the terminal cannot be read: \(describing: error).")
        }
    }

    private static func firstLine(_ bytes: [UInt8]) -> [UInt8] {
        var line = bytes.prefix { $0 != UInt8(ascii: "\n") }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return Array(line)
    }
}
