// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Somebody who types what a page says, line after line, in a folder of their own.
///
/// Programs that stay are left running. Ports that the page names are replaced by free ones, and a service
/// is there where the configuration expects one; everything else is done as written.
struct DocumentWalk {
    private let folder: ScenarioFolder
    private let service: InvoiceService
    private var running: [ChildProcess] = []
    /// Addresses on the page, and what is there in their stead.
    private var places: [(String, String)] = []

    init() throws {
        folder = try ScenarioFolder()
        service = try InvoiceService()
        try folder.write([], to: "variables")
        // Where a page runs what was just built.
        try FileManager.default.createDirectory(
            atPath: folder.file(".build"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            atPath: folder.file(".build/debug"), withDestinationPath: try Program.folder())
    }

    /// The lines of a page's `sh` blocks that concern the programs, with their numbers.
    static func commands(of page: String) throws -> [(line: Int, command: String)] {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: page), encoding: .utf8)
        var (commands, isInside): ([(Int, String)], Bool) = ([], false)
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.hasPrefix("```") {
                isInside = line == "```sh"
            } else if isInside, line.contains("countersign") || line.hasPrefix("curl ") {
                // What runs in the build has its own tests; a clone of this repository needs a network.
                guard !line.hasPrefix("git "), !line.hasPrefix("cd "),
                    !line.hasPrefix("Scripts/")
                else { continue }
                commands.append((number + 1, String(line)))
            }
        }
        return commands
    }

    mutating func perform(_ command: String) throws {
        let process = try shell(command)
        switch Self.kind(of: command) {
        case .serve:
            let proxy = try process.line(.messages, beginning: "proxy on ")
            let admin = try process.line(.messages, beginning: "admin on http://")
            places = [
                ("127.0.0.1:8080", String(proxy.dropFirst("proxy on ".count))),
                (
                    "127.0.0.1:9090",
                    String(admin.dropFirst("admin on http://".count).prefix { $0 != "/" })
                ),
            ]
            running.append(process)
            // Where commands look for the server from now on.
            if let port = places.last?.1.split(separator: ":").last {
                try folder.edit(
                    try configuration(),
                    [("127.0.0.1:0    # for operators", "127.0.0.1:\(port)    # for operators")])
            }
        case .demo:
            _ = try process.line(.output, beginning: "   Ctrl-C ends it.")
            running.append(process)
        case .follow:
            _ = try process.line(.output, beginning: "")
            running.append(process)
        case .initialise, .ordinary:
            let ending = try process.ending()
            guard ending.status == 0 else {
                throw ScenarioFault(
                    "ended with \(ending.status): \(ending.text) \(ending.messages)")
            }
            if Self.kind(of: command) == .initialise { try freePorts() }
        }
    }

    /// Ends what was left running, as the pages say: in order.
    func end() throws {
        for process in running.reversed() {
            process.signal(SIGINT)
            let ending = try process.ending()
            guard ending.status == 0 || ending.status == -SIGINT else {
                throw ScenarioFault("\(ending.status) at the end: \(ending.messages)")
            }
        }
    }

    private enum Kind {
        case initialise
        case serve
        case demo
        case follow
        case ordinary
    }

    private static func kind(of command: String) -> Kind {
        if command.contains("countersign init") { return .initialise }
        if command.contains("countersign serve") { return .serve }
        if command.contains("countersign demo"), !command.contains("--once") { return .demo }
        if command.contains("log tail -f") { return .follow }
        return .ordinary
    }

    /// One line in a shell that knows the variables of the lines before.
    private func shell(_ command: String) throws -> ChildProcess {
        let line = places.reduce(command) { $0.replacing($1.0, with: $1.1) }
        let stays = Self.kind(of: command) != .ordinary && Self.kind(of: command) != .initialise
        let script =
            stays
            ? ". ./variables\nexec \(line)"
            : "set -eo pipefail\n. ./variables\nset -a\n\(line)\nset +a\nexport -p > variables"
        let path = try Program.folder() + ":/usr/local/bin:/usr/bin:/bin"
        return try ChildProcess(
            "/bin/bash", ["-c", script], in: folder.path,
            environment: ["PATH": path, "HOME": folder.path, "TMPDIR": folder.path])
    }

    private func configuration() throws -> String {
        let found = try folder.files(below: ".").first { $0.hasSuffix("countersign.yaml") }
        guard let found else { throw ScenarioFault("init wrote no configuration") }
        return found
    }

    private func freePorts() throws {
        let name = try configuration()
        // Where init was told of a service, the example's is not there.
        let expected = try ["127.0.0.1:8081", "127.0.0.1:3000"].filter {
            try folder.text(name).contains($0)
        }
        try folder.edit(
            name,
            [("127.0.0.1:8080", "127.0.0.1:0"), ("127.0.0.1:9090", "127.0.0.1:0")]
                + expected.map { ($0, "127.0.0.1:\(service.port)") })
    }
}
