// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Server

/// Reads secrets: from files, standard input and the environment, never from arguments.
enum SecretInput {
    private static let most = 65_536

    /// A token, without white space at its ends.
    ///
    /// - Parameter file: a path, `-` for standard input; nil: the environment, then standard input.
    static func token(_ file: String?) throws(CommandFailure) -> [UInt8] {
        trimmed(try bytes(file))
    }

    /// What a file holds, `-` for standard input.
    static func bytes(_ file: String, most: Int) throws(CommandFailure) -> [UInt8] {
        if file != "-" { return try LocalFile.required(file, most: most) }
        do {
            return try CommandContext.current.input(most) ?? []
        } catch {
            throw CommandFailure(
                .failure, "standard input cannot be read: \(describing: error).")
        }
    }

    private static func bytes(_ file: String?) throws(CommandFailure) -> [UInt8] {
        let context = CommandContext.current
        if let file, file != "-" { return try LocalFile.required(file, most: most) }
        if file == nil {
            if let token = context.variable("COUNTERSIGN_TOKEN") { return Array(token.utf8) }
            if let path = context.variable("COUNTERSIGN_TOKEN_FILE") {
                return try LocalFile.required(path, most: most)
            }
        }
        let input: [UInt8]?
        do {
            input = try context.input(most)
        } catch {
            throw CommandFailure(
                .failure, "standard input cannot be read: \(describing: error).")
        }
        guard let input else {
            throw CommandFailure(
                .usage,
                "there is no token; name a file, pipe it in, or set COUNTERSIGN_TOKEN_FILE.")
        }
        return input
    }

    private static func trimmed(_ bytes: [UInt8]) -> [UInt8] {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = bytes.firstIndex(where: { !isSpace($0) }),
            let last = bytes.lastIndex(where: { !isSpace($0) })
        else { return [] }
        return Array(bytes[first...last])
    }
}
