// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

/// When a cosigner signed: POSIX seconds from 0 to 2^63−1 (C2SP tlog-cosignature).
package struct CosignatureTime: Hashable, Comparable, Sendable {
    package let seconds: UInt64

    /// Nil beyond 2^63−1.
    package init?(seconds: UInt64) {
        guard seconds <= UInt64(Int64.max) else { return nil }
        self.seconds = seconds
    }

    package static func < (one: Self, other: Self) -> Bool { one.seconds < other.seconds }
}

/// The bytes of a signature of type 0x04: `u64be time ‖ Ed25519 signature`.
struct Cosignature {
    let time: CosignatureTime
    let signature: [UInt8]

    init(time: CosignatureTime, signature: [UInt8]) {
        self.time = time
        self.signature = signature
    }

    /// Nil unless there are 72 bytes with a time in range.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 72, let seconds = BigEndian.read(UInt64.self, from: bytes, at: 0),
            let time = CosignatureTime(seconds: seconds)
        else { return nil }
        self.init(time: time, signature: Array(bytes.dropFirst(8)))
    }

    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        BigEndian.append(time.seconds, to: &bytes)
        return bytes + signature
    }

    /// What is signed: `cosignature/v1 LF time <seconds> LF <note text>`.
    static func message(over text: [UInt8], at time: CosignatureTime) -> [UInt8] {
        Array("cosignature/v1\ntime \(time.seconds)\n".utf8) + text
    }
}
