// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Texts that change only on purpose: `make golden` writes them anew.
enum GoldenFile {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Golden")

    static var isWriting: Bool {
        ProcessInfo.processInfo.environment["COUNTERSIGN_WRITE_GOLDEN"] != nil
    }

    /// Compares a text with the golden file of this name.
    static func expect(
        _ text: String, is name: String, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let file = folder.appending(path: name)
        if isWriting {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        let golden = try String(contentsOf: file, encoding: .utf8)
        #expect(
            text == golden, "Golden/\(name) differs: `make golden`, then read the diff",
            sourceLocation: sourceLocation)
    }
}
