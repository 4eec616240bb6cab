// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Removes passwords from addresses in a path, such as `/web/https://user:password@host/`.
package enum PathSecrets {
    /// The path with a replacement for what is between `//` and `@`; nil if nothing is.
    package static func removed(from path: Span<UInt8>) -> [UInt8]? {
        let slash = UInt8(ascii: "/")
        var text: [UInt8] = []
        var isChanged = false
        var at = 0
        while at < path.count {
            let start = at
            while at < path.count, path[at] != slash { at += 1 }
            let isAuthority = start >= 2 && path[start - 1] == slash && path[start - 2] == slash
            var userEnd = at
            while userEnd > start, path[userEnd - 1] != UInt8(ascii: "@") { userEnd -= 1 }
            if isAuthority, userEnd > start {
                SecretParameters.replacement.withUTF8Buffer { letters in
                    // Safe: the buffer is the literal's own and lives as long as the program.
                    unsafe text.append(contentsOf: letters)
                }
                isChanged = true
                text.append(UInt8(ascii: "@"))
                for place in userEnd..<at { text.append(path[place]) }
            } else {
                for place in start..<at { text.append(path[place]) }
            }
            if at < path.count {
                text.append(slash)
                at += 1
            }
        }
        return isChanged ? text : nil
    }
}
