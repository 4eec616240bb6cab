// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// `Basic` credentials (RFC 7617) that hold an API key, for clients that can send nothing else.
enum BasicCredential {
    /// What user and password hold.
    enum Content: Equatable {
        case key([UInt8])
        /// User and password are both API keys.
        case twoKeys
        case foreign
    }

    /// Reads what follows the scheme.
    ///
    /// Either the password is the key, whoever the user is, or the user is, whatever the password.
    /// Padding may be missing.
    static func read(_ text: Span<UInt8>) -> Content {
        var bytes = [UInt8](copying: text)
        while bytes.last == UInt8(ascii: "=") { bytes.removeLast() }
        while !bytes.count.isMultiple(of: 4) { bytes.append(UInt8(ascii: "=")) }
        guard let pair = Base64.decode(utf8: bytes),
            let colon = pair.firstIndex(of: UInt8(ascii: ":"))
        else { return .foreign }
        let (user, password) = (pair[..<colon], pair[(colon + 1)...])
        switch (user.starts(with: start), password.starts(with: start)) {
        case (true, true): return .twoKeys
        case (_, true): return .key(Array(password))
        case (true, _): return .key(Array(user))
        case (false, false): return .foreign
        }
    }

    private static let start = Array(SecretText.apiKey.prefix.utf8)
}
