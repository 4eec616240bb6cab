// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Crypto
package import LogFormat

extension PeriodKey {
    /// The key under which a catalog makes tokens of the month's personal values: HKDF-SHA-256 of the month's key, with
    /// the directory's secret as salt and `countersign/catalog/token/v1 LF YYYY-MM` as info.
    ///
    /// It is kept nowhere: once the month's key is destroyed, no text can be matched with the month's tokens any more.
    package func tokenKey(_ secret: DirectorySecret) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: secret.bytes,
            info: Array("countersign/catalog/token/v1\n\(period.text)".utf8),
            outputByteCount: Self.byteCount)
    }
}
