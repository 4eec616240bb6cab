// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Testing

@Suite struct `Composed text` {
    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("e\u{301}", "\u{E9}"), ("\u{E9}", "\u{E9}"),
        // Several accents in either order, Hangul, and singletons.
        ("q\u{307}\u{323}", "q\u{323}\u{307}"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
        ("\u{212B}", "\u{C5}"), ("\u{FB01}", "\u{FB01}"),
    ]) func `has one spelling`(text: String, composed: String) {
        #expect(Array(text.composed.utf8) == Array(composed.utf8))
        #expect(Array(text.composed.composed.utf8) == Array(composed.utf8))
    }

    @Test func `is alike in letters of either case`() {
        #expect(Array("E\u{301}TE\u{301}".likeLetters.utf8) == Array("\u{E9}t\u{E9}".utf8))
        #expect("STRASSE".likeLetters != "stra\u{DF}e".likeLetters)
    }
}
