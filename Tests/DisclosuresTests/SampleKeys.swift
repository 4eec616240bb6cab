// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Disclosures
import Merkle
import Testing

/// Keys that many tests start from.
enum SampleKeys {
    static let time = UTCInstant(microseconds: 1_795_250_832_345_678)

    static func subject(_ id: SubjectID = .tenant, fill: UInt8 = 7) -> SubjectKey {
        SubjectKey(
            id: id, lookup: .zero,
            key: SymmetricKey(data: [UInt8](repeating: fill, count: 32)))
    }

    static func period(_ text: String = "2026-11", fill: UInt8 = 9) throws -> PeriodKey {
        PeriodKey(
            period: try #require(Period(text.utf8)),
            key: SymmetricKey(data: [UInt8](repeating: fill, count: 32)))
    }
}
