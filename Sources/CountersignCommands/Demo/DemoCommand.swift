// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import DataPlane
import Ledger
import Logging
import Merkle
import NIOCore
import Settings
import SignedNotes
import SystemPackage
import UnixSignals
import Verification

/// `countersign demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See it all at once: requests, records, verification, and a forger caught.",
        discussion: """
            EXAMPLES:
              countersign demo
              countersign demo --once
              countersign demo --dir /tmp/demo
              countersign verify -c /tmp/demo/countersign.yaml

            Needs no configuration: it brings its own service, keys and policy, and listens on loopback only.
            """)

    @Flag(help: "End after the tour; fail if anything was not as it should be.")
    var once = false

    @Option(
        help: "Keep everything in this folder, which must not exist or be empty.",
        completion: .directory)
    var dir: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        if let dir { try LocalFolder.requireEmptyIfAny(dir) }
        let folder = try dir ?? LocalFolder.temporary("countersign-demo")
        let service = try await DemoService.start()
        defer { service.stop() }
        let files = try DemoFiles.write(to: folder, servicePort: service.port)
        let deployment = try DeploymentOptions.parse(["--config", files.configuration]).read()
        var logger = Logger(label: "countersign")
        logger.logLevel = .warning
        let server = try await ProxyServer.start(
            deployment, producer: "demo", eventLoops: 1, logger: logger)
        let tour = DemoTour(
            files: files, deployment: deployment, server: server, screen: output.screen)
        do {
            try await tour.run()
            if !once { try await stayUp(tour) }
        } catch {
            _ = await server.stop(grace: .seconds(1))
            throw error
        }
        if let poisoned = await server.stop(grace: .seconds(1)) {
            throw CommandFailure(.failure, "\(poisoned.description)")
        }
        if dir == nil { try LocalFolder.remove(folder) }
    }

    private func stayUp(_ tour: DemoTour) async throws {
        // Before anybody is told that a signal ends it in order.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        try tour.invite()
        for await _ in signals { break }
    }
}
