// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SystemPackage

/// A folder of the drill's own, for everything that it writes.
struct DrillFolder {
    let path: FilePath

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "countersign-drill-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path)
    }

    func remove() {
        do {
            try FileManager.default.removeItem(atPath: path.string)
        } catch {
            DrillTable.line("left behind: \(path)")
        }
    }
}

/// Something the drill could not do; says nothing about verification.
struct DrillFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
