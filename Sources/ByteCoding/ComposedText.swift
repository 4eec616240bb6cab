// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// The standard library's own normalisation, which it compares strings by; without it, this room would need Foundation.
@_spi(_Unicode) import Swift

extension String {
    /// The text in Unicode's composed form (NFC), in which texts that people take for the same have the same bytes:
    /// `é` comes as one character or as a letter and its accent, depending on who typed it.
    package var composed: String {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        var composed = ""
        composed.unicodeScalars.append(contentsOf: _nfc)
        return composed
    }

    /// The text in Unicode's decomposed form (NFD).
    package var decomposed: String {
        guard !utf8.allSatisfy({ $0 < 0x80 }) else { return self }
        var decomposed = ""
        decomposed.unicodeScalars.append(contentsOf: _nfd)
        return decomposed
    }

    /// In lower case and composed: names of persons and things are the same by this.
    package var likeLetters: String { lowercased().composed }
}
