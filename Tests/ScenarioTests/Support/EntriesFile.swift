// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The file of entries of a small log, for those who would change it.
enum EntriesFile {
    static let name = "segments/00000000/entries"

    /// Changes the last digit of the second at which a record was accepted: it still reads well.
    static func forge(_ bytes: inout [UInt8], record: Int) {
        var at = 0
        for _ in 0..<record { at += 2 + length(bytes, at) }
        let end = at + 2 + length(bytes, at)
        // `…Z"},…,"uid":"<36>"}` ends every leaf; the bytes of the uid are its last 38.
        let place = end - 66
        bytes[place] = bytes[place] == UInt8(ascii: "1") ? UInt8(ascii: "2") : UInt8(ascii: "1")
    }

    private static func length(_ bytes: [UInt8], _ at: Int) -> Int {
        Int(bytes[at]) << 8 | Int(bytes[at + 1])
    }
}
