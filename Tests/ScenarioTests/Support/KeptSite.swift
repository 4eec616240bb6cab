// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A copy of what an earlier version left below `Tests/Fixtures`, with a service that answers.
struct KeptSite: Sendable {
    /// The deployments that were left.
    enum Name: String, CaseIterable, Sendable {
        case site
        /// Continued as a later version may.
        case later
    }

    static let configuration = "countersign.yaml"
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Fixtures/v1").standardizedFileURL

    let name: Name
    let folder: ScenarioFolder
    private let service: InvoiceService

    init(_ name: Name) throws {
        self.name = name
        folder = try ScenarioFolder()
        service = try InvoiceService()
        // Modes are not kept with the fixtures, and secret keys have to have theirs.
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.fixtures.path) {
            let kept = Self.fixtures.appending(path: path)
            if try kept.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true {
                try folder.make(path)
            } else {
                try folder.write([UInt8](try Data(contentsOf: kept)), to: path)
                try folder.setMode(0o600, of: path)
            }
        }
    }

    /// A file of the deployment, from the folder.
    func path(_ name: String) -> String { self.name.rawValue + "/" + name }

    var configuration: String { path(Self.configuration) }

    private var variables: [String: String] {
        [
            "SERVICE_URL": "http://127.0.0.1:\(service.port)",
            "SECURED_URL": "https://127.0.0.1:\(service.port)",
        ]
    }

    /// Runs a command that reads the deployment's configuration.
    func run(_ words: String...) throws -> ChildProcess.Ending {
        try folder.start(.countersign, words + ["-c", configuration], environment: variables)
            .ending()
    }

    /// The output of one that has to succeed.
    func said(_ words: String...) throws -> String {
        let ending = try folder.start(
            .countersign, words + ["-c", configuration], environment: variables
        ).ending()
        guard ending.status == 0 else {
            throw ScenarioFault("\(words): \(ending.status), \(ending.text)\(ending.messages)")
        }
        return ending.text
    }

    func serve() throws -> Server {
        try Server(
            in: folder, configuration,
            launcher: ["/usr/bin/env"] + variables.map { "\($0.key)=\($0.value)" })
    }

    /// A request with the key that was minted for Alice.
    func request(_ line: String, _ fields: String = "", body: String = "") throws -> String {
        let key = try folder.text(path("alice.key")).trimmed
        return "\(line) HTTP/1.1\r\nHost: localhost\r\nX-Api-Key: \(key)\r\n\(fields)\r\n\(body)"
    }

    /// How many records the newest published checkpoint covers.
    func size() throws -> Int {
        let lines = try folder.text(path("log/checkpoint")).split(separator: "\n")
        guard lines.count > 1, let size = Int(lines[1]) else {
            throw ScenarioFault("no size in the checkpoint")
        }
        return size
    }

    /// All leaves, oldest first.
    func leaves() throws -> [Leaf] {
        try said("log", "tail", "--json", "--sealed", "-n", "1000000")
            .split(separator: "\n").map { try Leaf($0) }
    }
}
