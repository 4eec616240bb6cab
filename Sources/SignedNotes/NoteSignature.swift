// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// One signature line of a note: whose it claims to be, and the bytes.
package struct NoteSignature: Hashable, Sendable {
    package let name: KeyName
    package let keyID: KeyID
    /// The signature in the form of the key's type; at least one byte, key id not included.
    package let bytes: [UInt8]

    package init(name: KeyName, keyID: KeyID, bytes: [UInt8]) {
        self.name = name
        self.keyID = keyID
        self.bytes = bytes
    }

    /// U+2014 and a space.
    static let mark = Array("\u{2014} ".utf8)

    /// Appends the line with its LF.
    package func append(to text: inout [UInt8]) {
        var keyed: [UInt8] = []
        BigEndian.append(keyID.value, to: &keyed)
        text.append(contentsOf: Self.mark)
        text.append(contentsOf: name.text.utf8)
        text.append(UInt8(ascii: " "))
        Base64.append(keyed + bytes, to: &text)
        text.append(UInt8(ascii: "\n"))
    }

    /// Reads a line without its LF; nil if it is not a signature line.
    package init?(line: ArraySlice<UInt8>) {
        guard line.starts(with: Self.mark) else { return nil }
        let rest = line.dropFirst(Self.mark.count)
        guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
            let nameText = String(validating: rest[..<space], as: UTF8.self),
            let name = KeyName(nameText),
            let keyed = Base64.decode(utf8: Array(rest[(space + 1)...])), keyed.count > 4,
            let keyID = BigEndian.read(UInt32.self, from: keyed, at: 0)
        else { return nil }
        self.init(name: name, keyID: KeyID(keyID), bytes: Array(keyed.dropFirst(4)))
    }
}
