// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the ``KnownField`` of a name: one small hash, at most a few comparisons, no String.
///
/// Arrays, because reading one element of a global `InlineArray` copies all of it.
struct KnownFieldTable: Sendable {
    /// All names end to end, in lower case, plus eight bytes, so that each can be read eight at a
    /// time.
    private var letters = [UInt8]()
    /// Where the name of each raw value starts; the next entry is where it ends.
    private var starts = [UInt16](repeating: 0, count: 129)
    /// The first raw value of each hash, 0 for none.
    private var heads = [UInt8](repeating: 0, count: 256)
    /// The next raw value with the same hash, 0 for none.
    private var followers = [UInt8](repeating: 0, count: 128)
    /// The raw values of families, grouped by first letter.
    private var families = [UInt8]()
    /// Where in ``families`` those of each of the 32 letters start; the next entry is where they end.
    private var familyStarts = [UInt8](repeating: 0, count: 33)

    static let shared = KnownFieldTable()

    private init() {
        for field in KnownField.allCases {
            let raw = Int(field.rawValue)
            starts[raw] = UInt16(letters.count)
            letters.append(field.name)
            starts[raw + 1] = UInt16(letters.count)
            guard starts[raw] < letters.count, !field.isFamily else { continue }
            let slot = letters.span.knownFieldHash(Int(starts[raw])..<letters.count)
            followers[raw] = heads[slot]
            heads[slot] = field.rawValue
        }
        for letter in 0..<32 {
            for field in KnownField.allCases where field.isFamily {
                let first = letters[Int(starts[Int(field.rawValue)])]
                if Int(first & 31) == letter { families.append(field.rawValue) }
            }
            familyStarts[letter + 1] = UInt8(families.count)
        }
        letters.append(contentsOf: repeatElement(0, count: 8))
    }

    /// The field that `name`, a range of `bytes` that holds a token, stands for.
    @inline(__always)
    func field(_ bytes: Span<UInt8>, _ name: Range<Int>) -> KnownField {
        var raw = heads[bytes.knownFieldHash(name)]
        while raw != 0 {
            let start = Int(starts[Int(raw)])
            let count = Int(starts[Int(raw) + 1]) - start
            if count == name.count, matches(bytes, name.lowerBound, start, count) {
                return KnownField(rawValue: raw) ?? .other
            }
            raw = followers[Int(raw)]
        }
        return family(bytes, name)
    }

    @inline(__always)
    private func matches(_ bytes: Span<UInt8>, _ from: Int, _ start: Int, _ count: Int) -> Bool {
        let own = letters.span
        var done = 0
        while done < count, from &+ done &+ 8 <= bytes.count {
            let lower = bytes.word(at: from &+ done) | 0x2020_2020_2020_2020
            var unlike = lower ^ own.word(at: start &+ done)
            if count &- done < 8 { unlike &= (1 &<< UInt64((count &- done) &* 8)) &- 1 }
            if unlike != 0 { return false }
            done &+= 8
        }
        while done < count {
            if bytes[from &+ done] | 0x20 != own[start &+ done] { return false }
            done &+= 1
        }
        return true
    }

    private func family(_ bytes: Span<UInt8>, _ name: Range<Int>) -> KnownField {
        let letter = Int(bytes[name.lowerBound] & 31)
        for place in Int(familyStarts[letter])..<Int(familyStarts[letter + 1]) {
            let raw = families[place]
            let start = Int(starts[Int(raw)])
            let count = Int(starts[Int(raw) + 1]) - start
            if name.count >= count, matches(bytes, name.lowerBound, start, count) {
                return KnownField(rawValue: raw) ?? .other
            }
        }
        return .other
    }
}

extension Span where Element == UInt8 {
    /// A hash of a name that does not depend on the case of its letters.
    ///
    /// Setting bit 5 lowers a letter and keeps digits and `-` as they are; no other byte of a token
    /// would turn into one of those.
    @inline(__always)
    fileprivate func knownFieldHash(_ name: Range<Int>) -> Int {
        let first = UInt32(self[name.lowerBound] | 0x20)
        let middle = UInt32(self[name.lowerBound &+ name.count / 2] | 0x20)
        let last = UInt32(self[name.upperBound &- 1] | 0x20)
        let mixed = first &* 7 &+ middle &* 31 &+ last &* 113 &+ UInt32(name.count) &* 59
        return Int(mixed & 255)
    }
}
