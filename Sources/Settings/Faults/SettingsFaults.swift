// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// Everything that is wrong with one configuration file; thrown instead of a value, never empty.
package struct SettingsFaults: Error, Hashable, Sendable {
    /// The file, as it was named by the caller.
    package var file: String
    /// In the order of the text.
    package var faults: [SettingsFault]

    /// - Parameter faults: at least one.
    package init(file: String, _ faults: [SettingsFault]) {
        precondition(!faults.isEmpty, "FaultsAreNeverEmpty: refused without a reason")
        self.file = file
        self.faults = faults.sorted {
            ($0.position, $0.path, $0.message) < ($1.position, $1.path, $1.message)
        }
    }

    /// One line for each fault.
    package var text: String {
        faults.map { $0.text(file: file) }.joined(separator: "\n")
    }
}
