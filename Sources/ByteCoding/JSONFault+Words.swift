// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension JSONFault: CustomStringConvertible {
    package var description: String { "\(kind) at byte \(offset)" }
}

extension JSONFault.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unexpectedEnd: "the JSON ends too early"
        case .unexpectedByte: "no JSON"
        case .trailingBytes: "something behind the JSON"
        case .badEscape: "an escape that JSON does not have"
        case .loneSurrogate: "half of a character"
        case .invalidUTF8: "no UTF-8"
        case .controlCharacter: "a control character"
        case .badNumber: "a number of a form that JSON does not have"
        case .duplicateMember: "a member that is there already"
        case .tooDeep: "deeper nesting than is read"
        case .tooManyValues: "more values than are read"
        case .notCanonical: "no canonical JSON"
        }
    }
}
