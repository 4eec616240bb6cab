// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import CConsolePage
import Crypto

/// The console's files, which are part of the program.
struct PageFiles: Sendable {
    struct File: Sendable {
        let type: String
        let bytes: [UInt8]
    }

    /// By the names under which pages ask for them; styles are one.
    let files: [String: File]
    /// The first half of a digest of all of them: part of their address, so that browsers may keep them.
    let digest: String

    static let all = PageFiles()

    /// All styles, in the order of the C table.
    static let style = "console.css"

    private init() {
        var files: [String: File] = [:]
        var styles: [UInt8] = []
        var digest = SHA256()
        for (name, bytes) in Self.embedded {
            digest.update(data: Array(name.utf8) + [0])
            digest.update(data: bytes)
            switch name.split(separator: ".").last {
            case "css": styles += bytes
            case "js": files[name] = File(type: "text/javascript; charset=utf-8", bytes: bytes)
            default: files[name] = File(type: "text/html; charset=utf-8", bytes: bytes)
            }
        }
        files[Self.style] = File(type: "text/css; charset=utf-8", bytes: styles)
        self.files = files
        self.digest = digest.finalize().prefix(16).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }

    private static var embedded: [(String, [UInt8])] {
        (0..<ccp_file_count()).map { place in
            // Safe: what it points to are constants of the program, as long as it says.
            let file = unsafe ccp_file_at(place)
            return unsafe (
                String(cString: file.name),
                Array(UnsafeBufferPointer(start: file.bytes, count: Int(file.length)))
            )
        }
    }
}
