// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Merkle
internal import RecordForms

/// The first line of an output's file: of which log it is, and where and when it begins.
struct OutputFileHead {
    /// With its line end; empty in a file that begins with something else.
    let line: [UInt8]
    /// The index of the first record; nil where the line does not say.
    let first: UInt64?
    /// Nil where the line does not say.
    let begun: UTCInstant?

    init(_ beginning: OutputBeginning, at first: LeafIndex, _ form: DerivedForm, _ now: UTCInstant)
    {
        let facts = JSONValue.object([
            JSONMember("begun", .string(now.rfc3339)),
            JSONMember("first", .integer(Int64(clamping: first.value))),
            JSONMember("format", .string(form.rawValue)),
            JSONMember("log", .string(beginning.origin)),
            JSONMember("output", .string(beginning.output)),
        ])
        line = Self.mark(form) + CanonicalJSON.encode(facts) + [0x0A]
        self.first = first.value
        begun = now
    }

    /// Reads it back from the beginning of a file.
    init(_ bytes: [UInt8]) {
        let text = bytes.prefix { $0 != 0x0A }
        let facts = text.starts(with: Self.mark(.cef)) ? text.dropFirst(2) : text
        let parsed = Result { () throws(JSONFault) in
            try JSONParser.parse(Array(facts), as: .strict, deepest: 2)
        }
        guard case .success(let value) = parsed, let begun = value["begun"]?.string,
            text.count < bytes.count
        else {
            line = []
            first = nil
            self.begun = nil
            return
        }
        line = text + [0x0A]
        first = value["first"]?.integer.flatMap { UInt64(exactly: $0) }
        self.begun = UTCInstant(rfc3339: begun)
    }

    /// What stands before it, so that it is no event: only JSON needs none.
    private static func mark(_ form: DerivedForm) -> [UInt8] {
        form == .cef ? Array("# ".utf8) : []
    }
}
