// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files of the repository that the house rules speak about.
enum Repository {
    /// The folder that holds `Package.swift`.
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static let leftOut: Set = [".build", ".git", ".swiftpm"]

    /// Every file that is not built or fetched, as a path from the root, sorted.
    static let files: [String] = list("")

    /// Our own Swift outside tests: the product, and what tests, fuzzing and drills are made of.
    static let sources = product + files(below: testing, ending: ".swift")
    /// The product alone.
    static let product = files(below: "Sources/", ending: ".swift")
    /// Where rooms stand that are no part of the product.
    static let testing = "Testing/"

    /// The Swift files of a target, wherever it stands.
    static func sources(of target: String) -> [String] {
        ["Sources/", testing, "Benchmarks/"].flatMap { folder in
            files(below: folder + target + "/", ending: ".swift")
        }
    }

    /// The files below a folder whose names end in one of these.
    static func files(below folder: String = "", ending suffixes: String...) -> [String] {
        files.filter { file in
            file.hasPrefix(folder) && suffixes.contains { file.hasSuffix($0) }
        }
    }

    static func exists(_ path: String) -> Bool {
        FileManager.default.fileExists(atPath: root.appending(path: path).path)
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static func lines(_ path: String) throws -> [String] {
        try text(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }

    private static func list(_ folder: String) -> [String] {
        let here = root.appending(path: folder)
        // A folder that cannot be read fails every test that expects something in it.
        let names = (try? FileManager.default.contentsOfDirectory(atPath: here.path)) ?? []
        var found: [String] = []
        for name in names.sorted() where !leftOut.contains(name) && !name.hasPrefix(".build-") {
            let path = folder.isEmpty ? name : folder + "/" + name
            let kind =
                try? FileManager.default.attributesOfItem(
                    atPath: root.appending(path: path).path)[.type] as? FileAttributeType
            if kind == .typeDirectory { found += list(path) } else { found.append(path) }
        }
        return found
    }
}
