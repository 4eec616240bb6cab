// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Choices made by the input itself: its first bytes steer, the rest is read.
///
/// Letters work well and keep seeds readable.
struct Steering {
    private(set) var rest: ArraySlice<UInt8>

    init(_ input: [UInt8]) { rest = input[...] }

    /// The next byte, below `count`: `A` is 0, `B` is 1, and so on; zero when there is none.
    mutating func choice(of count: UInt8) -> Int {
        Int((rest.popFirst() ?? UInt8(ascii: "A")) &- UInt8(ascii: "A")) % Int(count)
    }
}

extension [UInt8] {
    /// The bytes in pieces of `size`; the last may be smaller.
    func pieces(of size: Int) -> [ArraySlice<UInt8>] {
        stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
    }
}
