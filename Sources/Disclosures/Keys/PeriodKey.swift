// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Crypto

/// The key share of one month; destroying it lets the month's disclosures expire (record.md §4).
package final class PeriodKey: Sendable {
    /// How many bytes a key has.
    package static let byteCount = 32

    package let period: Period
    let key: SymmetricKey

    /// - Parameter key: 32 secret bytes.
    package init(period: Period, key: SymmetricKey) {
        precondition(key.bitCount == 256, "PeriodKeysHave256Bits: the key has another length")
        self.period = period
        self.key = key
    }

    /// A new key.
    package convenience init(period: Period, randomness: inout BufferedRandomness) {
        self.init(
            period: period, key: SymmetricKey(data: randomness.bytes(Self.byteCount)))
    }
}
