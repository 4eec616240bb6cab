// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AccessModel

/// The methods that a rule names; those that most requests have are found without comparing texts.
struct MethodSet: Sendable {
    /// One for each named method that has a case of its own.
    private let bits: UInt8
    private let others: [Method]

    init(_ methods: [Method]) {
        bits = methods.reduce(0) { bits, method in
            // GET stands for HEAD too.
            bits | Self.bit(of: method) | (method == .get ? Self.bit(of: .head) : 0)
        }
        others = methods.filter { Self.bit(of: $0) == 0 }
    }

    /// Whether the list admits a method, as ``Method/isCovered(by:)`` says of each that it names.
    func covers(_ method: Method) -> Bool {
        let bit = Self.bit(of: method)
        return bit == 0 ? others.contains(method) : bits & bit != 0
    }

    /// Zero for a method without a case of its own.
    static func bit(of method: Method) -> UInt8 {
        switch method {
        case .get: 1
        case .head: 1 << 1
        case .post: 1 << 2
        case .put: 1 << 3
        case .patch: 1 << 4
        case .delete: 1 << 5
        case .options: 1 << 6
        case .other: 0
        }
    }
}
