// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A configuration file's content and where it came from.
package struct ConfigurationText: Sendable {
    /// The file as messages name it.
    package var file: String
    /// The folder that relative paths in it start from.
    package var folder: String
    package var bytes: [UInt8]

    /// The largest file that is read: 1 MiB.
    package static let mostBytes = 1 << 20

    package init(file: String, folder: String, bytes: [UInt8]) {
        self.file = file
        self.folder = folder
        self.bytes = bytes
    }

    package init(file: String, folder: String, text: String) {
        self.init(file: file, folder: folder, bytes: Array(text.utf8))
    }
}
