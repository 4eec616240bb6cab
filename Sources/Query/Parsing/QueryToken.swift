// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A word or sign of a query's text, and where it stands.
struct QueryToken: Hashable {
    enum Kind: Hashable {
        /// A word without a field.
        case word(QueryWord)
        /// A name, up to its colon.
        case field(QueryWord)
        /// What stands directly behind a colon, or between the parentheses there.
        case value(QueryWord)
        case open
        /// The parenthesis directly behind a colon.
        case openList
        case close
        case minus
        case and
        case or
        case not
    }

    let kind: Kind
    let range: Range<Int>
}

/// A word with its quotation marks and escapes resolved.
struct QueryWord: Hashable {
    private(set) var bytes: [UInt8] = []
    /// Whether a byte may be an operator, which an escaped one is not.
    private(set) var isActive: [Bool] = []
    /// Where each byte stands in the text.
    private(set) var places: [Int] = []
    /// Whether any of it is quoted or escaped.
    var isQuoted = false

    mutating func append(_ byte: UInt8, isActive: Bool, at place: Int) {
        bytes.append(byte)
        self.isActive.append(isActive)
        places.append(place)
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether an operator stands at a place.
    func holds(_ byte: Unicode.Scalar, at place: Int) -> Bool {
        bytes.indices.contains(place) && isActive[place] && bytes[place] == UInt8(ascii: byte)
    }

    /// Whether it is a star and nothing else.
    var isStar: Bool { bytes.count == 1 && holds("*", at: 0) }

    /// The word from one place to another.
    subscript(_ range: Range<Int>) -> String {
        String(decoding: bytes[range], as: UTF8.self)
    }
}
