// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Merkle

extension RecordSchema.Form {
    /// What is wrong with a value, or nil for one of this form.
    func fault(of value: JSONValue) -> RecordFault.Kind? {
        switch (self, value) {
        case (.text, .string), (.known, .string), (.bool, .bool), (.object, .object),
            (.array, .array):
            nil
        case (.oneOf(let values), .string(let text)):
            values.contains(text) ? nil : .badValue
        case (.integer(let range), .integer(let number)):
            range.contains(number) ? nil : .badValue
        case (.uniqueID, .string(let text)):
            UniqueID(text) == nil ? .badValue : nil
        case (.instant, .string(let text)):
            UTCInstant(rfc3339: text) == nil ? .badValue : nil
        case (.hash, .string(let text)):
            Base64.decode(text)?.count == Hash256.byteCount ? nil : .badValue
        case (.strings, .array(let items)):
            items.allSatisfy { $0.string != nil } ? nil : .badValue
        case (.hexDigits(let count), .string(let text)):
            text.utf8.count == count && Hex.decode(text) != nil ? nil : .badValue
        case (.shortText(let limit), .string(let text)):
            text.utf8.count <= limit ? nil : .stringTooLong
        case (.action, .string(let text)):
            isAction(text) ? nil : .badValue
        default: .wrongType
        }
    }

    /// Whether a text is dotted words of `[a-z0-9_]`, at least two: `noun.verb`.
    private func isAction(_ text: String) -> Bool {
        let words = text.split(separator: ".", omittingEmptySubsequences: false)
        return words.count >= 2
            && words.allSatisfy { word in
                !word.isEmpty
                    && word.utf8.allSatisfy { byte in
                        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                            || byte == 0x5F
                    }
            }
    }
}
