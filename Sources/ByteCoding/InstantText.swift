// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The RFC 3339 text of an instant, kept for the next one: most are within the same second and differ in six digits.
package struct InstantText: Sendable {
    private static let byteCount = 27
    private var instant: UTCInstant
    /// The second that all but the fraction is of.
    private var second: Int64
    /// The first 27 bytes of these words.
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    package init(_ instant: UTCInstant) {
        self.instant = instant
        second = instant.seconds
        write()
    }

    /// Becomes the text of another instant.
    package mutating func move(to other: UTCInstant) {
        guard other != instant else { return }
        let known = second
        instant = other
        second = other.seconds
        guard second == known else { return write() }
        let fraction = UInt64(other.microseconds - second * 1_000_000)
        unsafe withUnsafeMutableBytes(of: &words) { bytes in
            // Safe: the six digits of the fraction are bytes 20 to 25 of the 32.
            guard let start = bytes.baseAddress else { return }
            unsafe DecimalDigits.store(fraction, 6, to: start + 20)
        }
    }

    private mutating func write() {
        unsafe withUnsafeMutableBytes(of: &words) { [instant] bytes in
            // Safe: there is room for 27 bytes in the 32.
            guard let start = bytes.baseAddress else { return }
            unsafe instant.store(to: start)
        }
    }

    /// Stores the 27 characters.
    package func store(to place: UnsafeMutableRawPointer) {
        unsafe withUnsafeBytes(of: words) { bytes in
            // Safe: the caller has room for 27 bytes, and there are 32 to copy from.
            guard let start = bytes.baseAddress else { return }
            unsafe place.copyMemory(from: start, byteCount: Self.byteCount)
        }
    }
}
