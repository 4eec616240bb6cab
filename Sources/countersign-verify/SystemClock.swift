// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Glibc

extension UTCInstant {
    /// The system's clock in whole seconds: ages are told in these, and no record holds them.
    static var now: UTCInstant { UTCInstant(microseconds: Int64(time(nil)) * 1_000_000) }
}
