// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// A number of bytes, written with a binary unit: `64KiB`.
package struct ByteCount: Hashable, Comparable, Sendable {
    package let bytes: Int

    package init(bytes: Int) { self.bytes = bytes }

    static func kibi(_ count: Int) -> ByteCount { ByteCount(bytes: count << 10) }
    static func mebi(_ count: Int) -> ByteCount { ByteCount(bytes: count << 20) }
    static func gibi(_ count: Int) -> ByteCount { ByteCount(bytes: count << 30) }

    package static func < (one: Self, other: Self) -> Bool { one.bytes < other.bytes }

    private static let units = [
        ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
    ]

    /// In the largest unit that divides it.
    package var text: String {
        for (unit, size) in Self.units where bytes > 0 && bytes.isMultiple(of: size) {
            return "\(bytes / size)\(unit)"
        }
        return "\(bytes)B"
    }

    init(_ text: String) throws(Complaint) {
        let digits = text.utf8.prefix { (0x30...0x39).contains($0) }.count
        guard let number = try WholeNumber.read(text.prefix(digits)) else {
            throw Complaint("expected a size such as 64KiB, found `\(text)`")
        }
        let unit = String(text.dropFirst(digits))
        guard let size = Self.units.first(where: { $0.0 == unit })?.1 else {
            let hint = unit.isEmpty ? "such as 64KiB" : "one of B, KiB, MiB, GiB"
            throw Complaint("a size needs a unit, \(hint); found `\(text)`")
        }
        let (bytes, overflows) = number.multipliedReportingOverflow(by: size)
        guard !overflows else { throw Complaint("`\(text)` is more than can be counted") }
        self.init(bytes: bytes)
    }
}

extension Form where Value == ByteCount {
    fileprivate static func byteCount(_ range: ClosedRange<ByteCount>) -> Form {
        .scalar(
            "a size from \(range.lowerBound.text) to \(range.upperBound.text)",
            schema: Self.pattern("\(WholeNumber.pattern)(B|KiB|MiB|GiB)"),
            write: { .string($0.text) }
        ) { text throws(Complaint) in
            let count = try ByteCount(text)
            guard range.contains(count) else {
                throw Complaint(
                    "expected \(range.lowerBound.text) to \(range.upperBound.text), found `\(text)`"
                )
            }
            return count
        }
    }
}

extension Form where Value: FixedWidthInteger & Sendable {
    /// A number of bytes, written with a unit.
    ///
    /// - Parameter absent: stands for no number at all, and is not written.
    static func bytes(_ range: ClosedRange<ByteCount>, absent: Value? = nil) -> Form {
        let counts = Form<ByteCount>.byteCount(range)
        return Form(
            read: { place, reading in counts.read(place, reading).map { Value($0.bytes) } },
            write: { $0 == absent ? nil : counts.write(ByteCount(bytes: Int($0))) },
            schema: counts.schema)
    }
}
