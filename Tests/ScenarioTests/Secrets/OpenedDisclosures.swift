// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Disclosures
import Foundation
import LogFormat

/// What lies sealed beside a log, opened with the log's own keys.
enum OpenedDisclosures {
    /// Every value, one after the other.
    static func text(_ folder: ScenarioFolder, _ log: String) throws -> [UInt8] {
        let subjects = KeyStoreImage<SubjectSlot>(try folder.bytes(log + "/keys/subjects"))
        let periods = KeyStoreImage<PeriodSlot>(try folder.bytes(log + "/keys/periods"))
        var values: [UInt8] = []
        for name in try folder.files(below: log) where name.hasSuffix("/disclosures") {
            let scanned = DisclosureBlock.scan(try folder.bytes(log + "/" + name))
            guard scanned.fault == nil else { throw ScenarioFault("\(name) is damaged") }
            for block in scanned.blocks {
                guard let subject = subjects.slots[block.subject]?.slot.key,
                    let period = periods.slots[block.period]?.slot.key
                else { throw ScenarioFault("a key of \(name) is missing") }
                for opened in try block.open(subject: subject, period: period) {
                    values += opened.value + [0x0A]
                }
            }
        }
        return values
    }
}
