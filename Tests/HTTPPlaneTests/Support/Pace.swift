// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// How bytes are sent: in one write, or each in a write of its own.
enum Pace: CaseIterable, Sendable {
    case burst
    case drip

    /// What is written, one after the other.
    ///
    /// Of what is long only the end drips: it is there that messages differ.
    func pieces(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard self == .drip else { return [bytes[...]] }
        let start = max(0, bytes.count - Self.mostDrops)
        let begin = start > 0 ? [bytes[..<start]] : []
        return begin + (start..<bytes.count).map { bytes[$0..<$0 + 1] }
    }

    private static let mostDrops = 1_200
}

extension [UInt8] {
    /// Each scalar of the text as one byte, so that a text can have every byte there is.
    init(latin1 text: String) { self = text.unicodeScalars.map { UInt8($0.value) } }
}
