// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One form for all paths that a service may take for the same, so that whoever looks for one finds the others.
///
/// Rules are asked for each reading of a path by itself (``PathReadings``); this is what those readings have in common:
/// decoded as often as it goes, without parameters, empty segments, what is trimmed off segments, and the slash at its
/// end, and with every kind of slash as a slash. Letter case stays, as many services tell names in different case apart.
/// No service tells `%2A` from `*`, or another sign that may stand in a path from its encoding.
package enum SamePath {
    /// The form of a path; itself where it is written plainly, or is none.
    package static func form(of path: String) -> String {
        var bytes = Array(path.utf8)
        guard bytes.first == ASCII.slash, !isPlain(bytes) || bytes.last == ASCII.slash else {
            return path
        }
        bytes = read(bytes, [.trim, .mergeSlashes])
        while bytes.count > 1, bytes.last == ASCII.slash { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The form of a beginning of paths: its last segment may go on, and a slash at its end is meant.
    package static func form(ofBeginning path: String) -> String {
        let bytes = Array(path.utf8)
        guard bytes.first == ASCII.slash, !isPlain(bytes) else { return path }
        let read = read(bytes, [.mergeSlashes])
        guard let slash = read.lastIndex(of: ASCII.slash), slash > 0 else {
            return String(decoding: read, as: UTF8.self)
        }
        var whole = Self.read(Array(read[..<slash]), [.trim, .mergeSlashes])
        while whole.last == ASCII.slash { whole.removeLast() }
        return String(decoding: whole + read[slash...], as: UTF8.self)
    }

    /// Whether nothing of a path but a slash at its end has another reading, which holds for most.
    private static func isPlain(_ path: [UInt8]) -> Bool {
        var last = UInt8(ascii: "x")
        for byte in path {
            guard ASCII.isUnreserved(byte) || byte == ASCII.slash else { return false }
            if byte == ASCII.slash, last == ASCII.slash || last == UInt8(ascii: ".") {
                return false
            }
            last = byte
        }
        return last != UInt8(ascii: ".")
    }

    /// What is left after all changes, each as often as it changes anything. Every change makes a path shorter.
    private static func read(_ path: [UInt8], _ ends: [PathChange]) -> [UInt8] {
        let changes: [PathChange] =
            [
                .decodeAgain, .normalise, .takeSlash, .takeBackslash, .cutAtDelimiter,
                .dropParameters,
            ]
            + ends
        var path = path
        var before: [UInt8]
        repeat {
            before = path
            // Again after each change: what was encoded twice may now need no encoding.
            path = spelled(path)
            for change in changes {
                if let read = change.applied(to: path) { path = read }
            }
        } while path != before
        return path
    }

    /// Spelled in one way: encodings in upper case and none where none is needed, others where one is.
    private static func spelled(_ path: [UInt8]) -> [UInt8] {
        var spelled: [UInt8] = []
        spelled.reserveCapacity(path.count)
        var at = 0
        while at < path.count {
            let byte = path[at]
            at += 1
            if byte == UInt8(ascii: "%"), at + 1 < path.count, let high = ASCII.nibble(path[at]),
                let low = ASCII.nibble(path[at + 1])
            {
                let meant = high << 4 | low
                at += 2
                if ASCII.isUnreserved(meant) || Self.signs.contains(meant) {
                    spelled.append(meant)
                } else {
                    append(encoded: meant, to: &spelled)
                }
            } else if ASCII.isUnreserved(byte) || Self.unencoded.contains(byte) {
                spelled.append(byte)
            } else {
                append(encoded: byte, to: &spelled)
            }
        }
        return spelled
    }

    private static func append(encoded byte: UInt8, to path: inout [UInt8]) {
        path += [UInt8(ascii: "%"), ASCII.hexDigit(byte >> 4), ASCII.hexDigit(byte & 15)]
    }

    /// What else may stand in a segment as it is (RFC 3986 §3.3); `;` is left to ``PathChange/dropParameters``.
    private static let signs = Array("!$&'()*+,=:@".utf8)
    /// What stays without an encoding: the slash, and `%` where it encodes nothing, as well.
    private static let unencoded = signs + Array("/;%".utf8)
}
