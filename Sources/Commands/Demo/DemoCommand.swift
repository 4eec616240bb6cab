// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import HTTPPlane
import Transport
import Ledger
import Logging
import Merkle
import Messages
import NIOCore
import Server
import Settings
import SignedNotes
import SystemPackage
import UnixSignals

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
        // From here on a signal ends the command cleanly, however far it has got.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        let folder = try dir ?? LocalFolder.temporary("countersign-demo")
        let shown = await Result.of { try await show(in: folder, until: signals) }
        if dir == nil { try LocalFolder.remove(folder) }
        try shown.get()
    }

    private func show(in folder: String, until signals: UnixSignalsSequence) async throws {
        let service = try await DemoService.start()
        defer { service.stop() }
        let files = try DemoFiles.write(to: folder, servicePort: service.port)
        let deployment = try DeploymentOptions.parse(["--config", files.configuration]).read()
        var logger = Logger(label: "countersign")
        logger.logLevel = .warning
        let server = try await ProxyServer.start(
            deployment, producer: "demo", eventLoops: 1,
            in: CommandContext.current.surroundings, logger: logger)
        let tour = DemoTour(
            files: files, deployment: deployment, server: server,
            screen: try output.isJSON ? nil : output.screen)
        let toured = await Result.of {
            let log = deployment.settings.log
            let accounts = try AccountsStore(log).office(
                server.ledger, now: CommandContext.current.now)
            try await ControlListener.serving(server, log, accounts) {
                try await give(tour, until: signals)
            }
        }
        let poisoned = await server.stop(grace: .seconds(1))
        try toured.get()
        if let poisoned { throw CommandFailure(.failure, "\(poisoned.description)") }
    }

    /// What came to an end.
    private enum Ending {
        case tour
        case signal
    }

    /// Gives the tour, and stays until a signal unless that was all.
    private func give(_ tour: DemoTour, until signals: UnixSignalsSequence) async throws {
        try await withThrowingTaskGroup(of: Ending.self) { group in
            group.addTask {
                for await _ in signals { break }
                return .signal
            }
            group.addTask {
                try await give(tour)
                return .tour
            }
            let first = try await group.next()
            if first == .tour, !once { _ = try await group.next() }
            group.cancelAll()
            if first == .signal { throw CommandFailure(.interrupted) }
        }
    }

    private func give(_ tour: DemoTour) async throws {
        let summary = try await tour.run()
        if try output.isJSON {
            return try output.screen.json(try tour.json(summary, isStaying: !once))
        }
        try tour.conclude(summary)
        if !once { try tour.invite() }
    }
}
