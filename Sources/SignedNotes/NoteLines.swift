// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Takes lines off the front of a text.
struct NoteLines {
    private let text: [UInt8]
    private var at = 0

    init(_ text: [UInt8]) { self.text = text }

    /// The next line without its LF, or nil when there is no whole line or it is not UTF-8.
    mutating func next() -> String? {
        guard let end = text[at...].firstIndex(of: UInt8(ascii: "\n")),
            let line = String(validating: text[at..<end], as: UTF8.self)
        else { return nil }
        at = end + 1
        return line
    }

    /// What is left.
    var rest: [UInt8] { Array(text[at...]) }
}
