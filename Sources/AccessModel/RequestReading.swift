// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How a service may read a request differently from how it is written: `decision.reading` of the record.
///
/// A set, because a service may do several of these things.
package struct RequestReading: OptionSet, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    /// As it is written. Concrete, as is ``isEmpty``: each request asks for them, and what option sets have from the
    /// standard library is not specialised for another module's.
    package init() { rawValue = 0 }

    /// Whether a request is understood as it is written.
    package var isEmpty: Bool { rawValue == 0 }

    /// Without the parameters of its segments: `/admin;x` as `/admin`.
    package static let parameters = RequestReading(rawValue: 1 << 0)
    /// Without its empty segments: `//admin` as `/admin`.
    package static let mergedSlashes = RequestReading(rawValue: 1 << 1)
    /// With `%2F` as a slash.
    package static let encodedSlash = RequestReading(rawValue: 1 << 2)
    /// With `%5C` as a slash.
    package static let backslash = RequestReading(rawValue: 1 << 3)
    /// Decoded once more: `%2561dmin` as `admin`.
    package static let decodedTwice = RequestReading(rawValue: 1 << 4)
    /// Only up to an encoded `?` or `#`.
    package static let encodedDelimiter = RequestReading(rawValue: 1 << 5)
    /// Without dots and spaces at the ends of its segments.
    package static let trimmed = RequestReading(rawValue: 1 << 6)
    /// With other letters: in the other case, encoded, or lookalikes.
    package static let spelling = RequestReading(rawValue: 1 << 7)
    /// With or without a slash at its end.
    package static let trailingSlash = RequestReading(rawValue: 1 << 8)
    /// Without a format suffix: `/admin.json` as `/admin`.
    package static let format = RequestReading(rawValue: 1 << 9)
    /// With the method that a header field asks for.
    package static let methodOverride = RequestReading(rawValue: 1 << 10)

    /// With full-width and other forms of slashes, dots, spaces and the like taken as these.
    package static let normalised = RequestReading(rawValue: 1 << 11)
    /// Without what looks like a host to programs that read it as a URL: `//host/admin` as `/admin`.
    package static let authority = RequestReading(rawValue: 1 << 12)

    /// Every reading with its name in records.
    package static let names: [(reading: RequestReading, name: String)] = [
        (.decodedTwice, "decoded_twice"), (.encodedSlash, "encoded_slash"),
        (.backslash, "backslash"), (.encodedDelimiter, "encoded_delimiter"),
        (.parameters, "parameters"), (.mergedSlashes, "merged_slashes"), (.trimmed, "trimmed"),
        (.spelling, "spelling"), (.trailingSlash, "trailing_slash"), (.format, "format"),
        (.methodOverride, "method_override"), (.normalised, "normalised"),
        (.authority, "authority"),
    ]

    /// The names of the readings in the set, joined by `+`; empty for the canonical reading.
    package var text: String {
        Self.names.filter { contains($0.reading) }.map(\.name).joined(separator: "+")
    }
}
