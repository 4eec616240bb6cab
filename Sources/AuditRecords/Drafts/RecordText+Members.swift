// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Disclosures

/// Members with their names, quotes and colons, and a comma after each; nothing for what is absent.
extension RecordText {
    /// An object whose members `body` writes; nothing if it writes none.
    ///
    /// - Parameter opening: the name and the brace, such as `"db":{`.
    mutating func putObject(_ opening: StaticString, _ body: (inout RecordText) -> Void) {
        put(opening)
        let start = count
        body(&self)
        guard count > start else { return removeLast(opening.utf8CodeUnitCount) }
        closeObject()
        put(",")
    }

    /// The digits of a number; returns where they are.
    mutating func putNumber(_ number: UInt64) -> Range<Int> {
        let start = count
        put(number)
        return start..<count
    }

    /// The same with a name before it and a comma after it; nil if there is no number.
    mutating func putNumber(_ name: StaticString, _ number: UInt64?) -> Range<Int>? {
        guard let number else { return nil }
        put(name)
        defer { put(",") }
        return putNumber(number)
    }

    mutating func put(_ name: StaticString, _ number: UInt64?) {
        guard let number else { return }
        put(name)
        put(number)
        put(",")
    }

    mutating func put(_ name: StaticString, _ flag: Bool?) {
        guard let flag else { return }
        put(name)
        if flag { put("true,") } else { put("false,") }
    }

    mutating func put(_ name: StaticString, _ id: UniqueID?) {
        guard let id else { return }
        put(name)
        put("\"")
        put(id)
        put("\",")
    }

    mutating func put(_ name: StaticString, _ instant: UTCInstant?) {
        guard let instant else { return }
        put(name)
        put("\"")
        put(instant)
        put("\",")
    }

    /// Text from outside; an empty one is absent.
    ///
    /// - Parameter path: for `truncated`, if it has to be cut.
    mutating func put(_ name: StaticString, _ text: String?, path: String) {
        guard let text, !text.isEmpty else { return }
        put(name)
        let bytes = text.utf8
        put(string: bytes.span, path: path)
        put(",")
    }

    /// One of our own words, which needs no escapes.
    mutating func put(_ name: StaticString, word: String?) {
        guard let word else { return }
        put(name)
        put("\"")
        put(plain: word)
        put("\",")
    }

    /// Our own text, which needs neither escapes nor a limit.
    mutating func put(plain text: String) {
        for byte in text.utf8 { put(byte: byte) }
    }

    /// An array of strings.
    ///
    /// - Parameter name: with the bracket, such as `"tables":[`.
    mutating func put(list: [String], name: StaticString, path: String) {
        guard !list.isEmpty else { return }
        put(name)
        let start = count
        for item in list.prefix(RecordLimits.arrayItems) where !item.isEmpty {
            let bytes = item.utf8
            put(string: bytes.span, path: path)
            put(",")
        }
        if list.count > RecordLimits.arrayItems { note(truncated: [path]) }
        guard count > start else { return removeLast(name.utf8CodeUnitCount) }
        closeArray()
        put(",")
    }

    /// The member `truncated`, or nothing if all text was short enough.
    mutating func putTruncated() {
        guard !truncated.isEmpty else { return }
        put(#""truncated":["#)
        for path in truncated.prefix(RecordLimits.arrayItems) {
            put("\"")
            put(plain: path)
            put("\",")
        }
        closeArray()
        put(",")
    }
}
