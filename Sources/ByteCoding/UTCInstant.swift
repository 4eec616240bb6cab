// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC, in whole microseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
package struct UTCInstant: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static func < (one: Self, other: Self) -> Bool {
        one.microseconds < other.microseconds
    }

    /// Whole seconds since 1970, rounded down.
    package var seconds: Int64 { floorDivide(microseconds, 1_000_000).quotient }
}

extension UTCInstant {
    /// Appends `2026-11-21T08:47:12.345678Z`: RFC 3339 with exactly six decimals, 27 bytes.
    ///
    /// The instant lies within the years 0000 to 9999.
    package func appendRFC3339(to text: inout [UInt8]) {
        unsafe text.append(exactly: 27) { unsafe store(to: $0) }
    }

    /// Appends the same to a writer.
    package func appendRFC3339(to text: inout ByteWriter) {
        unsafe text.append(exactly: 27) { unsafe store(to: $0) }
    }

    /// Stores the 27 characters of ``rfc3339``.
    func store(to place: UnsafeMutableRawPointer) {
        let (days, ofDay) = floorDivide(microseconds, 86_400_000_000)
        let date = CivilDate(daysSince1970: days)
        let second = ofDay / 1_000_000
        func put(_ number: Int64, _ length: Int, at offset: Int, then mark: UInt8) {
            // Safe: the caller has room for 27 bytes, of which these are the next.
            unsafe DecimalDigits.store(UInt64(number), length, to: place + offset)
            unsafe place.storeBytes(of: mark, toByteOffset: offset + length, as: UInt8.self)
        }
        put(date.year, 4, at: 0, then: UInt8(ascii: "-"))
        put(date.month, 2, at: 5, then: UInt8(ascii: "-"))
        put(date.day, 2, at: 8, then: UInt8(ascii: "T"))
        put(second / 3600, 2, at: 11, then: UInt8(ascii: ":"))
        put(second / 60 % 60, 2, at: 14, then: UInt8(ascii: ":"))
        put(second % 60, 2, at: 17, then: UInt8(ascii: "."))
        put(ofDay % 1_000_000, 6, at: 20, then: UInt8(ascii: "Z"))
    }

    /// RFC 3339 with exactly six decimals and `Z`.
    package var rfc3339: String {
        var text: [UInt8] = []
        appendRFC3339(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// The instant of a text that ``rfc3339`` made, or nil for any other text.
    package init?(rfc3339 text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 27,
            let year = number(bytes[0..<4]), let month = number(bytes[5..<7]),
            let day = number(bytes[8..<10]), let hour = number(bytes[11..<13]),
            let minute = number(bytes[14..<16]), let second = number(bytes[17..<19]),
            let fraction = number(bytes[20..<26]),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSince1970
        self.init(
            microseconds: ((days * 24 + hour) * 60 + minute) * 60_000_000 + second * 1_000_000
                + fraction)
        // One comparison refuses wrong separators and days that the month does not have.
        guard rfc3339.utf8.elementsEqual(bytes) else { return nil }
    }
}

/// A day of the proleptic Gregorian calendar.
///
/// The arithmetic counts years from March, so that the leap day is the last of its year.
private struct CivilDate {
    var year: Int64
    var month: Int64
    var day: Int64

    init(year: Int64, month: Int64, day: Int64) {
        self.year = year
        self.month = month
        self.day = day
    }

    init(daysSince1970 days: Int64) {
        let (era, ofEra) = floorDivide(days + 719_468, 146_097)
        let yearOfEra = (ofEra - ofEra / 1460 + ofEra / 36_524 - ofEra / 146_096) / 365
        let ofYear = ofEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * ofYear + 2) / 153
        day = ofYear - (153 * fromMarch + 2) / 5 + 1
        month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    var daysSince1970: Int64 {
        let (era, yearOfEra) = floorDivide(month <= 2 ? year - 1 : year, 400)
        let ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + ofYear - 719_468
    }
}

private func floorDivide(_ number: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = number.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
}

private func number(_ digits: ArraySlice<UInt8>) -> Int64? {
    var number: Int64 = 0
    for digit in digits {
        guard (0x30...0x39).contains(digit) else { return nil }
        number = number * 10 + Int64(digit - 0x30)
    }
    return number
}
