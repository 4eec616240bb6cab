// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension NoteVerifierKey {
    /// The keys in a file, one per line, as `countersign key export-public` prints them.
    ///
    /// What editors and mail programs leave behind is ignored: a byte-order mark, CRLF, empty lines,
    /// blanks around a key. Lines that begin with `#` are comments.
    package static func list(inFile bytes: [UInt8]) throws(VerifierKeyFault) -> [NoteVerifierKey] {
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let text = bytes.starts(with: mark) ? bytes[mark.count...] : bytes[...]
        var keys: [NoteVerifierKey] = []
        for line in text.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
            guard let first = line.firstIndex(where: { !isBlank($0) }),
                let last = line.lastIndex(where: { !isBlank($0) }),
                line[first] != UInt8(ascii: "#")
            else { continue }
            guard let key = String(validating: line[first...last], as: UTF8.self) else {
                throw .notThreeParts
            }
            keys.append(try NoteVerifierKey(key))
        }
        guard !keys.isEmpty else { throw .notThreeParts }
        return keys
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
}
