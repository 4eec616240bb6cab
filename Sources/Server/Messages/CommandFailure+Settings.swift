// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
package import Messages
package import Settings

extension CommandFailure {
    /// A file of settings has faults.
    package init(_ faults: SettingsFaults) {
        let list = faults.faults.map { fault in
            JSONValue.object([
                JSONMember("file", .string(faults.file)),
                JSONMember("line", .integer(Int64(fault.position.line))),
                JSONMember("column", .integer(Int64(fault.position.column))),
                JSONMember("path", .string(fault.path)),
                JSONMember("code", .string(fault.code.rawValue)),
                JSONMember("message", .string(fault.message)),
            ])
        }
        self.init(.usage, faults.safeText, details: [JSONMember("faults", .array(list))])
    }
}

extension SettingsFaults {
    /// Every fault on a line of its own, below a headline.
    package var safeText: SafeText {
        let count = faults.count == 1 ? "1 mistake" : "\(faults.count) mistakes"
        let lines = faults.map { SafeText("\n  \($0.text(file: file))") }
        return lines.reduce("the configuration has \(count):") { $0 + $1 }
    }
}
