// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// What to do if an access was refused because of another reading of its path or method.
package enum ReadingRemedies {
    /// How a service may read a request, by the name that records have for it.
    package static let words: [String: String] = [
        "decoded_twice": "decoded once more",
        "encoded_slash": "with `%2F` for a slash",
        "backslash": "with a backslash for a slash",
        "encoded_delimiter": "only up to an encoded `?` or `#`",
        "parameters": "without the parameters of its segments (`;…`)",
        "merged_slashes": "without its empty segments (`//`)",
        "trimmed": "without dots and spaces at the ends of its segments",
        "spelling": "with letters of the other case, encoded, or such as look alike",
        "trailing_slash": "with a slash at its end, or without the one that is there",
        "format": "without a format at its end, such as `.json`",
        "method_override": "with the method that a field asks for",
        "normalised": "with plain characters for full-width ones and the like",
        "authority": "without what stands where a host would (`//host/…`)",
    ]

    /// - Parameters:
    ///   - reading: `decision.reading` of the record.
    ///   - rule: the rule that denies; nil where none allows.
    ///   - service: whose configuration it is.
    static func denied(_ reading: String, rule: String?, service: String) -> String {
        let why = rule.map { "rule \($0) denies it" } ?? "no route and rule allows it"
        return "The request is allowed as it is written, but a service may read it "
            + "\(text(of: reading)), and then \(why). Have the client send it without that"
            + setting(for: reading, service) + ", or allow both; "
            + "`countersign policy test METHOD URL` tries it."
    }

    /// A path that leads out of itself under a reading.
    static func malformed(_ reading: String) -> String {
        "Read \(text(of: reading)), the path leads elsewhere, which no setting lets through: "
            + "have the client send it without that."
    }

    /// The setting by which a service says how it reads paths, where there is one.
    private static func setting(for reading: String, _ service: String) -> String {
        let names = reading.split(separator: "+")
        if names.contains("encoded_slash") || names.contains("backslash") {
            return ", set `allow_encoded_slash: true` on the route where it is a character of a "
                + "name to service \(service)"
        }
        if names.contains("merged_slashes") {
            return ", set `paths: { slashes: merge }` for service \(service), which then gets "
                + "the path without them"
        }
        return ""
    }

    private static func text(of reading: String) -> String {
        reading.split(separator: "+").map { words[String($0)] ?? "as \($0)" }
            .joined(separator: " and ")
    }
}
