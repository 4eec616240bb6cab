// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Messages
import Server

extension LocalFolder {
    /// A new folder of its own among the temporary ones.
    static func temporary(_ name: String) throws(CommandFailure) -> String {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("\(name)-\(UUID().uuidString.prefix(8).lowercased())")
        try make(folder.path)
        return folder.path
    }

    /// Refuses a folder that has something in it.
    static func requireEmptyIfAny(_ folder: String) throws(CommandFailure) {
        guard LocalFile.exists(folder) else { return }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder)
        } catch {
            throw CommandFailure(
                .failure, "\(folder) cannot be read: \(error.localizedDescription).")
        }
        guard names.isEmpty else {
            throw CommandFailure(
                .failure, "\(folder) is not empty; name a folder that is, or that does not exist.")
        }
    }

    /// Copies a folder with everything in it to a path that does not exist. The folder may be in use: a file that
    /// disappears meanwhile, as a temporary one that replaces another does, is skipped.
    static func copy(_ folder: String, to copy: String) throws(CommandFailure) {
        let files = FileManager.default
        do {
            try files.createDirectory(atPath: copy, withIntermediateDirectories: true)
            for name in try files.subpathsOfDirectory(atPath: folder) {
                let (from, to) = (folder + "/" + name, copy + "/" + name)
                var isFolder: ObjCBool = false
                // Safe: the variable lives through the call, which sets it.
                guard unsafe files.fileExists(atPath: from, isDirectory: &isFolder) else {
                    continue
                }
                if isFolder.boolValue {
                    try files.createDirectory(atPath: to, withIntermediateDirectories: true)
                } else {
                    try copyFile(from, to: to)
                }
            }
        } catch {
            throw CommandFailure(
                .failure, "\(folder) cannot be copied to \(copy): \(error.localizedDescription).")
        }
    }

    private static func copyFile(_ from: String, to: String) throws {
        do {
            try FileManager.default.copyItem(atPath: from, toPath: to)
        } catch {
            guard !FileManager.default.fileExists(atPath: from) else { throw error }
        }
    }

    /// Removes a folder that this program made, with all that is in it.
    static func remove(_ folder: String) throws(CommandFailure) {
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            throw CommandFailure(
                .failure, "\(folder) cannot be removed: \(error.localizedDescription).")
        }
    }

    /// Removes a file or folder if it is there.
    static func removeIfAny(_ path: String) throws(CommandFailure) {
        guard LocalFile.exists(path) else { return }
        try remove(path)
    }
}
