// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Checks that 32 bytes are an acceptable Ed25519 public key (RFC 8032 §5.1.3), which the signature library does not.
///
/// Under a point of small order, anybody can make signatures that verify; bytes that are not a point, or not in
/// canonical form, are not a key at all. For keys from configuration only: slow, and not in constant time.
package enum Ed25519Point {
    package enum Verdict: Hashable, Sendable {
        case good
        /// One of the eight points of small order.
        case smallOrder
        /// The coordinate is not below the field's prime, or x is zero and has a sign.
        case notCanonical
        case notOnCurve
    }

    package static func judge(_ bytes: [UInt8]) -> Verdict {
        guard bytes.count == 32 else { return .notOnCurve }
        var magnitude = bytes
        magnitude[31] &= 0x7F
        let y = FieldElement(littleEndian: magnitude)
        guard y.littleEndian == magnitude else { return .notCanonical }
        // x² = (y² − 1) / (d·y² + 1)
        let square = y * y
        let top = square - .one
        let bottom = FieldElement.d * square + .one
        let x2 = top * bottom.inverse
        guard x2.isSquare else { return .notOnCurve }
        if x2 == .zero, bytes[31] & 0x80 != 0 { return .notCanonical }
        return hasSmallOrder(x2: x2, y: y) ? .smallOrder : .good
    }

    /// Whether eight times the point is the neutral element, judged by the coordinates: the neutral element (x = 0,
    /// y = 1), the point of order two (y = −1), those of order four (y = 0), and those of order eight, which double
    /// to them: y² = −x² there (RFC 8032's addition law with both points equal).
    private static func hasSmallOrder(x2: FieldElement, y: FieldElement) -> Bool {
        x2 == .zero || y == .zero || x2 + y * y == .zero
    }
}

/// A number modulo 2^255 − 19, in eight words of 32 bits, the lowest first, always below the prime.
private struct FieldElement: Equatable {
    private var words: [UInt64]

    static let zero = FieldElement(0)
    static let one = FieldElement(1)
    /// −121665 / 121666.
    static let d = (zero - FieldElement(121_665)) * FieldElement(121_666).inverse

    private static let prime: [UInt64] =
        [0xFFFF_FFED] + [UInt64](repeating: 0xFFFF_FFFF, count: 6) + [0x7FFF_FFFF]

    private init(_ small: UInt64) { words = [small] + [UInt64](repeating: 0, count: 7) }

    /// - Parameter bytes: 32 of them, below 2^255.
    init(littleEndian bytes: [UInt8]) {
        words = (0..<8).map { word in
            (0..<4).reduce(0) { $0 | UInt64(bytes[4 * word + $1]) << UInt64(8 * $1) }
        }
        reduce()
    }

    var littleEndian: [UInt8] {
        words.flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) } }
    }

    /// Subtracts the prime once if the number, which is below 2^255, is not below the prime.
    private mutating func reduce() {
        for place in (0..<8).reversed() where words[place] != Self.prime[place] {
            if words[place] < Self.prime[place] { return }
            break
        }
        subtract(Self.prime)
    }

    private mutating func subtract(_ other: [UInt64]) {
        var borrow: UInt64 = 0
        for place in 0..<8 {
            let difference = words[place] &- other[place] &- borrow
            words[place] = difference & 0xFFFF_FFFF
            borrow = difference >> 63
        }
    }

    private mutating func add(_ other: [UInt64]) {
        var carry: UInt64 = 0
        for place in 0..<8 {
            let sum = words[place] + other[place] + carry
            words[place] = sum & 0xFFFF_FFFF
            carry = sum >> 32
        }
    }

    static func + (one: Self, other: Self) -> Self {
        // Both are below 2^255, so that the sum has no carry out of 256 bits; it may need the prime taken off.
        var sum = one
        sum.add(other.words)
        let high = sum.words[7] >> 31
        sum.words[7] &= 0x7FFF_FFFF
        sum.add([19 * high] + [UInt64](repeating: 0, count: 7))
        sum.reduce()
        return sum
    }

    static func - (one: Self, other: Self) -> Self {
        var negative = FieldElement(0)
        negative.words = prime
        negative.subtract(other.words)
        negative.reduce()
        return one + negative
    }

    static func * (one: Self, other: Self) -> Self {
        var product = [UInt64](repeating: 0, count: 16)
        for (place, word) in one.words.enumerated() {
            var carry: UInt64 = 0
            for (step, factor) in other.words.enumerated() {
                // (2^32−1)² + 2·(2^32−1) fits 64 bits.
                let sum = product[place + step] + word * factor + carry
                product[place + step] = sum & 0xFFFF_FFFF
                carry = sum >> 32
            }
            product[place + 8] = carry
        }
        // 2^256 is 38 here: fold the upper half down, twice, then the top bit with 19.
        var carry: UInt64 = 0
        var result = FieldElement(0)
        for place in 0..<8 {
            let sum = product[place] + 38 * product[place + 8] + carry
            result.words[place] = sum & 0xFFFF_FFFF
            carry = sum >> 32
        }
        let high = carry * 38 + (result.words[7] >> 31) * 19
        result.words[7] &= 0x7FFF_FFFF
        result.add([high] + [UInt64](repeating: 0, count: 7))
        let again = result.words[7] >> 31
        result.words[7] &= 0x7FFF_FFFF
        result.add([19 * again] + [UInt64](repeating: 0, count: 7))
        result.reduce()
        return result
    }

    /// The number to the power of an exponent given in bytes, the lowest first.
    private func power(_ exponent: [UInt8]) -> Self {
        var result = Self.one
        for byte in exponent.reversed() {
            for bit in (0..<8).reversed() {
                result = result * result
                if byte >> UInt8(bit) & 1 == 1 { result = result * self }
            }
        }
        return result
    }

    /// One over the number, zero for zero: its power of p − 2.
    var inverse: Self { power([0xEB] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]) }

    /// Whether it is the square of a number: its power of (p − 1) / 2 is one, or it is zero.
    var isSquare: Bool {
        self == .zero || power([0xF6] + [UInt8](repeating: 0xFF, count: 30) + [0x3F]) == .one
    }
}
