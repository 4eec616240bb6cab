// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

extension TokenFault: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong: "it has more than \(UnverifiedToken.longest) bytes"
        case .partCount(5): "it has five parts, as encrypted tokens have"
        case .partCount(1): "it has one part"
        case .partCount(let count): "it has \(count) parts"
        case .encoding(let part): "its \(part) is no base64url"
        case .json(let part, let fault): "its \(part) is no JSON: \(fault)"
        case .notAnObject(let part): "its \(part) is no JSON object"
        }
    }
}

extension TokenFault.Part: CustomStringConvertible {
    package var description: String {
        switch self {
        case .header: "header"
        case .payload: "payload"
        case .signature: "signature"
        }
    }
}
