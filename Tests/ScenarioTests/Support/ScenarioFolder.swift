// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A folder of its own for one test, removed with it.
final class ScenarioFolder: Sendable {
    /// As programs see it.
    let path: String
    /// What it lies on, if not on the machine's own disk.
    let disk: SmallDisk?

    /// - Parameter megabytes: of a disk of its own; nil for the machine's.
    init(megabytes: Int? = nil) throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "countersign-scenario-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        path = folder.path
        disk = try megabytes.map { try SmallDisk(over: folder.path, megabytes: $0) }
    }

    deinit {
        // A folder that cannot be removed is the system's to clean up.
        _ = Result { try FileManager.default.removeItem(atPath: path) }
    }

    /// As the test sees it.
    func file(_ name: String) -> String { (disk?.outside ?? path) + "/" + name }

    func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: file(name))))
    }

    func text(_ name: String) throws -> String {
        String(decoding: try bytes(name), as: UTF8.self)
    }

    func write(_ bytes: [UInt8], to name: String) throws {
        try Data(bytes).write(to: URL(filePath: file(name)))
    }

    /// Changes a text file; each text must occur in it.
    func edit(_ name: String, _ changes: [(String, String)]) throws {
        var text = try text(name)
        for (old, new) in changes {
            guard text.contains(old) else { throw ScenarioFault("\(name) has no “\(old)”") }
            text = text.replacing(old, with: new)
        }
        try write(Array(text.utf8), to: name)
    }

    func copy(_ name: String, to copy: String) throws {
        try FileManager.default.copyItem(atPath: file(name), toPath: file(copy))
    }

    func remove(_ name: String) throws {
        try FileManager.default.removeItem(atPath: file(name))
    }

    func move(_ name: String, to place: String) throws {
        try FileManager.default.moveItem(atPath: file(name), toPath: file(place))
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: file(name)) }

    func make(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: file(name), withIntermediateDirectories: false)
    }

    func setMode(_ mode: Int, of name: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file(name))
    }

    /// Every file below a folder, as a path from there, sorted.
    func files(below name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: file(name)).filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(
                atPath: file(name + "/" + path), isDirectory: &isFolder) && !isFolder.boolValue
        }.sorted()
    }

    // MARK: Commands

    /// Starts a program here.
    ///
    /// - Parameter launcher: another one, with its arguments, that becomes this one.
    func start(
        _ program: Program = .countersign, _ arguments: [String],
        environment: [String: String] = [:], launcher: [String] = []
    ) throws -> ChildProcess {
        let words = launcher + [try program.path()] + arguments
        let variables = ["HOME": path, "TMPDIR": path].merging(environment) { $1 }
        if let disk {
            return try disk.start(words[0], Array(words.dropFirst()), environment: variables)
        }
        return try ChildProcess(
            words[0], Array(words.dropFirst()), in: path, environment: variables)
    }

    /// Runs a program here to its end.
    @discardableResult
    func run(
        _ program: Program = .countersign, _ arguments: String...
    ) throws -> ChildProcess.Ending {
        try start(program, arguments).ending()
    }

    /// Runs `countersign` here, which must succeed.
    @discardableResult
    func succeed(_ arguments: String...) throws -> ChildProcess.Ending {
        let ending = try start(.countersign, arguments).ending()
        guard ending.status == 0 else {
            throw ScenarioFault(
                "countersign \(arguments.joined(separator: " ")) ended with \(ending.status): "
                    + ending.messages)
        }
        return ending
    }
}
