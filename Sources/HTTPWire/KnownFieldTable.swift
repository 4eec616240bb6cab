// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Finds the ``KnownField`` of a name: one small hash, at most a few comparisons, no String.
///
/// Arrays, because reading one element of a global `InlineArray` copies all of it.
struct KnownFieldTable: Sendable {
    /// All names end to end, in lower case.
    private var letters = [UInt8]()
    /// Where the name of each raw value starts; the next entry is where it ends.
    private var starts = [UInt16](repeating: 0, count: 129)
    /// The first raw value of each hash, 0 for none.
    private var heads = [UInt8](repeating: 0, count: 256)
    /// The next raw value with the same hash, 0 for none.
    private var followers = [UInt8](repeating: 0, count: 128)

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
        for place in 0..<count where bytes[from &+ place] | 0x20 != letters[start &+ place] {
            return false
        }
        return true
    }

    private func family(_ bytes: Span<UInt8>, _ name: Range<Int>) -> KnownField {
        let families: [KnownField]
        switch bytes[name.lowerBound] | 0x20 {
        case UInt8(ascii: "x"): families = Self.xFamilies
        case UInt8(ascii: "c"), UInt8(ascii: "o"), UInt8(ascii: "p"), UInt8(ascii: "s"),
            UInt8(ascii: "t"):
            families = Self.otherFamilies
        default: return .other
        }
        for family in families where starts(bytes, name, with: family) { return family }
        return .other
    }

    private static let xFamilies = KnownField.allCases.filter {
        $0.isFamily && $0.name.description.hasPrefix("x-")
    }
    private static let otherFamilies = KnownField.allCases.filter {
        $0.isFamily && !$0.name.description.hasPrefix("x-")
    }

    @inline(__always)
    private func starts(
        _ bytes: Span<UInt8>, _ name: Range<Int>, with family: KnownField
    ) -> Bool {
        let start = Int(starts[Int(family.rawValue)])
        let count = Int(starts[Int(family.rawValue) + 1]) - start
        return name.count >= count && matches(bytes, name.lowerBound, start, count)
    }
}

extension Span where Element == UInt8 {
    /// A hash of a name that does not depend on the case of its letters.
    ///
    /// Setting bit 5 lowers a letter and keeps digits and `-` as they are; a token has no other byte
    /// that it would turn into one of those.
    @inline(__always)
    fileprivate func knownFieldHash(_ name: Range<Int>) -> Int {
        let first = UInt32(self[name.lowerBound] | 0x20)
        let middle = UInt32(self[name.lowerBound &+ name.count / 2] | 0x20)
        let last = UInt32(self[name.upperBound &- 1] | 0x20)
        let mixed = first &* 7 &+ middle &* 31 &+ last &* 113 &+ UInt32(name.count) &* 59
        return Int(mixed & 255)
    }
}
