// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A token made to be slow to read.
package struct SlowToken {
    package let name: String
    package let text: String
    /// Whether it is within all bounds, and so accepted.
    package let isGood: Bool
}

extension Provider {
    /// Signed tokens at the bounds of their readers and beyond them, and what needs no signature to be slow.
    package static var slowTokens: [SlowToken] {
        get throws {
            let names = (0..<1_000).map { "\"a\($0)\":0" }.joined(separator: ",")
            return [
                try slow(
                    "nested arrays", repeated("[", 5_000) + repeated("]", 5_000), isGood: false),
                try slow("values", "[" + repeated("0,", 1_500) + "0]", isGood: true),
                try slow("too many values", "[" + repeated("0,", 5_400) + "0]", isGood: false),
                try slow("escapes", "\"\(repeated("\\u0041", 1_800))\"", isGood: true),
                try slow("members", "{\(names)}", isGood: true),
                try slow("members, one twice", "{\(names),\"a0\":0}", isGood: false),
                SlowToken(name: "dots alone", text: repeated(".", 16_000), isGood: false),
            ]
        }
    }

    /// An ordinary token as long as the others.
    package static var ordinaryLongToken: String {
        get throws { try token(claims.with("large", "\"\(repeated("x", 11_000))\"")) }
    }

    private static func slow(_ name: String, _ json: String, isGood: Bool) throws -> SlowToken {
        SlowToken(name: name, text: try token(claims.with("large", json)), isGood: isGood)
    }

    private static func repeated(_ unit: String, _ count: Int) -> String {
        String(repeating: unit, count: count)
    }
}
