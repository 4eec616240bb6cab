// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A set of ASCII bytes, tested with two shifts: no table, no bounds check, no memory.
struct ByteSet: Hashable, Sendable {
    /// Bit n stands for byte n.
    let low: UInt64
    /// Bit n stands for byte 64 + n.
    let high: UInt64

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let half = byte < 64 ? low : high
        return byte < 128 && (half &>> UInt64(byte & 63)) & 1 == 1
    }

    /// A token (RFC 9110 §5.6.2): letters, digits and ``!#$%&'*+-.^_`|~``.
    static var token: Self { Self(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_c7ff_fffe) }

    /// A token without `_`, which needs no further check.
    static var fieldName: Self { Self(low: 0x03ff_6cfa_0000_0000, high: 0x57ff_ffff_47ff_fffe) }

    /// Letters, digits and `-`: what programs agree on in a name, even as an environment variable.
    static var plainName: Self { Self(low: 0x03ff_2000_0000_0000, high: 0x07ff_fffe_07ff_fffe) }

    /// Letters, digits and `-._~` (RFC 3986 §2.3).
    static var unreserved: Self { Self(low: 0x03ff_6000_0000_0000, high: 0x47ff_fffe_87ff_fffe) }

    /// What a path may hold unencoded: `/`, unreserved, `!$&'()*+,=:@`; `;` is left out.
    static var path: Self { Self(low: 0x27ff_ffd2_0000_0000, high: 0x47ff_fffe_87ff_ffff) }

    /// What browsers and libraries leave unencoded in a path although RFC 3986 encodes it.
    static var encodedInPath: Self { Self(low: 0x5000_0004_0000_0000, high: 0x3800_0001_6800_0000) }

    /// Controls, space and the delimiters ``#%./;?\``.
    static var mistakable: Self { Self(low: 0x8800_c029_ffff_ffff, high: 0x8000_0000_1000_0000) }

    /// Letters, digits and `-._`.
    static var hostName: Self { Self(low: 0x03ff_6000_0000_0000, high: 0x07ff_fffe_87ff_fffe) }
}
