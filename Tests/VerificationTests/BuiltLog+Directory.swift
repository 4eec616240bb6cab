// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import TestSupport

extension BuiltLog {
    /// The files of the log, signed.
    mutating func directory() throws -> TestDirectory {
        let directory = try TestDirectory()
        for (name, bytes) in try signedFiles() { try directory.write(bytes, to: name) }
        return directory
    }
}
