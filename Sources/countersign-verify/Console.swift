// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import SystemPackage

/// Standard output for data, standard error for messages.
enum Console {
    static func print(_ line: String) { write(line + "\n", to: .standardOutput) }

    static func error(_ line: String) { write(line + "\n", to: .standardError) }

    static func write(_ text: String, to file: FileDescriptor) {
        do {
            _ = try file.writeAll(text.utf8)
        } catch {
            // The reader has gone away, and the exit code still tells the verdict.
        }
    }
}
