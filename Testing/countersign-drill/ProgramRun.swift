// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import SystemPackage

/// One run of a program to its end.
struct ProgramRun {
    let exitCode: Int32
    /// Standard output, without empty lines.
    let lines: [String]

    /// Runs it in a folder, without input; its messages for people are discarded.
    init(_ program: String, _ arguments: [String], in folder: FilePath) throws {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.currentDirectoryURL = URL(filePath: folder.string)
        process.arguments = arguments
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        // Foundation's null device cannot be written to.
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            throw DrillFault(
                "\(program) \(arguments) ended by signal \(process.terminationStatus)")
        }
        exitCode = process.terminationStatus
        lines = String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
