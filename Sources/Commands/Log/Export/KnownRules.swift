// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Messages
import Policy
import Server
import Settings

/// Texts of rules that were in force, found by their digest, which records hold.
enum KnownRules {
    private static let most = 64 << 20

    /// What a file has: the rules of a configuration, or those that an earlier pack held.
    static func texts(in file: String) throws(CommandFailure) -> [String: [UInt8]] {
        guard file.hasSuffix(".ndjson") else {
            let rulebook = try CommandContext.current.surroundings.deployment(
                at: file, findsFiles: false
            ).rulebook
            return [rulebook.version: rulebook.text]
        }
        var texts: [String: [UInt8]] = [:]
        for line in try LocalFile.required(file, most: most).split(separator: 0x0A) {
            let value: JSONValue
            do throws(JSONFault) {
                value = try JSONParser.parse(Array(line), as: .canonical, deepest: 16)
            } catch {
                throw CommandFailure(
                    .usage, "\(file) is no policies.ndjson of a pack (\(describing: error)).")
            }
            guard let text = value["text"]?.string.map({ Array($0.utf8) }) else { continue }
            texts["sha256:" + Hex.encode(SHA256.hash(data: text))] = text
        }
        return texts
    }
}
