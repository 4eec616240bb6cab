// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding
internal import Foundation
internal import SystemPackage

/// Runs `countersign-verify` as an auditor would, and reads its output as a program would.
struct Auditor {
    /// The result of one run.
    struct Report {
        struct Finding {
            let code: String
            let concern: String
            let file: String?
            let index: UInt64?
            let message: String
        }

        let exitCode: Int32
        let findings: [Finding]
        let time: Duration
    }

    let program: String
    /// Where it runs.
    let folder: FilePath

    static func besideThisProgram() throws -> String {
        let path = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return FilePath(path).removingLastComponent().appending("countersign-verify").string
    }

    /// - Parameters:
    ///   - log: name of the directory, in the folder.
    ///   - state: name of the file with the checkpoint that the auditor remembers.
    func verify(_ log: String, key: String, state: String? = nil) throws -> Report {
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.currentDirectoryURL = URL(filePath: folder.string)
        process.arguments =
            [log, "--json", "--key", key] + (state.map { ["--state", $0] } ?? [])
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let clock = ContinuousClock()
        let began = clock.now
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        guard process.terminationReason == .exit else {
            throw DrillFault("\(program) ended by signal \(process.terminationStatus)")
        }
        return Report(
            exitCode: process.terminationStatus, findings: try Self.findings(Array(text)),
            time: clock.now - began)
    }

    /// How a check of a log ends, whatever it says; also if it cannot begin.
    func run(_ log: String, key: String) throws -> Int32 {
        try ProgramRun(program, [log, "--json", "--key", key], in: folder).exitCode
    }

    private static func findings(_ json: [UInt8]) throws -> [Report.Finding] {
        guard !json.isEmpty else { return [] }
        var json = json
        if json.last == UInt8(ascii: "\n") { json.removeLast() }
        let report = try JSONParser.parse(json, as: .strict, deepest: 8)
        guard case .array(let findings)? = report["findings"] else {
            throw DrillFault("the report has no findings")
        }
        return findings.map { finding in
            Report.Finding(
                code: finding["code"]?.string ?? "", concern: finding["concern"]?.string ?? "",
                file: finding["file"]?.string,
                index: finding["index"]?.integer.flatMap { UInt64(exactly: $0) },
                message: finding["message"]?.string ?? "")
        }
    }
}
