// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Writes values from credentials into field values so that none can be mistaken for another.
enum ForwardedFieldText {
    /// Appends visible ASCII unchanged, and percent-encodes everything else, including `%` and `,`.
    ///
    /// A role named `a,admin` reaches the service as one role.
    static func append(_ text: String, to value: inout [UInt8]) {
        for byte in text.utf8 {
            if byte &- 0x21 < 0x5E, byte != UInt8(ascii: "%"), byte != UInt8(ascii: ",") {
                value.append(byte)
            } else {
                value.append(UInt8(ascii: "%"))
                value.append(digit(byte >> 4))
                value.append(digit(byte & 15))
            }
        }
    }

    private static func digit(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "A") + nibble - 10
    }
}
