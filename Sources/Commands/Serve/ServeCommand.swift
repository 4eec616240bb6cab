// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import LogReading
import Logging
import Messages
import Server
import Settings
import SystemPackage
import UnixSignals

/// `countersign serve`.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Run the proxy and its log.",
        discussion: """
            EXAMPLES:
              countersign serve
              countersign serve -c /etc/countersign/countersign.yaml

            SIGTERM and SIGINT stop it: requests under way finish, the log is closed. SIGHUP reads the \
            configuration again: all of it is put in force, or none. COUNTERSIGN_LOG_LEVEL says how much is \
            told of the program's own doings: trace, debug, info, notice, warning, error, critical. These \
            messages go to standard error and hold no personal value, except the address of a client whose TLS \
            handshake failed.
            """)

    @OptionGroup var deployment: DeploymentOptions

    @Option(help: "Name of this proxy in records, `producer.uid`.")
    var producer = "countersign"

    @Option(help: "Event loops; default: one for each core.")
    var loops: Int?

    @Option(help: "How messages are written; default: json with --json.")
    var logFormat: ServerMessages.Format?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        // From here on a signal ends the command cleanly, however far it has got.
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
        let messages = try ServerMessages(logFormat, output)
        let process = ServedProcess(
            producer: producer, eventLoops: loops, in: CommandContext.current.surroundings,
            logger: messages.logger(try Self.logLevel()),
            read: { () throws(CommandFailure) in try deployment.read() },
            tell: { event in try tell(event, messages) })
        try await process.run(until: signals)
    }

    /// How much the program reports about itself.
    private static func logLevel() throws(CommandFailure) -> Logger.Level {
        guard let name = CommandContext.current.variable("COUNTERSIGN_LOG_LEVEL") else {
            return .info
        }
        guard let level = Logger.Level(rawValue: name) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw CommandFailure(
                .usage, "COUNTERSIGN_LOG_LEVEL is `\(name)`; set it to one of \(names).")
        }
        return level
    }

    private func tell(_ event: ServedProcess.Event, _ messages: ServerMessages) throws {
        switch event {
        case .started(let start): try announce(start, messages)
        case .reloaded(let notes):
            try messages.say(notes.reduce("configuration reloaded") { $0 + "\nnote: " + $1 })
        case .reloadRefused(let failure):
            try messages.say("countersign: reload refused: \(failure.message ?? "see above")")
        case .keysChanged: try messages.say("changed keys are in force")
        case .keysRefused(let failure):
            try messages.say("countersign: changed keys refused: \(failure.message ?? "see above")")
        case .stopping: try messages.say("stopping")
        case .stopped: try messages.say("stopped; the log is closed")
        }
    }

    private func announce(_ start: ServedProcess.Start, _ messages: ServerMessages) throws {
        for proxy in start.proxies { try messages.say("proxy on \(proxy)") }
        try messages.say("admin on \(start.admin)/status")
        for warning in start.warnings { try messages.say("warning: \(warning)") }
        if let lag = try clockLag(of: start.logDirectory) {
            try messages.say("warning: " + lag.text + "; " + ClockLag.remedy)
        }
        try messages.say("log \(start.logDirectory), \(start.records) records")
        try offerSetUp(start, messages)
        guard try output.isJSON else { return }
        try output.screen.json(
            .object([
                JSONMember("proxy", .array(start.proxies.map { .string($0) })),
                JSONMember("admin", .string(start.admin)),
                JSONMember("log", .string(start.logDirectory)),
                JSONMember("records", .integer(Int64(clamping: start.records))),
            ]))
    }

    /// Shows the first-run link, if there is no account yet and somebody is watching: nothing that keeps messages may
    /// learn it.
    private func offerSetUp(
        _ start: ServedProcess.Start, _ messages: ServerMessages
    ) throws(OutputClosed) {
        guard messages.isForPeople, let secret = start.offerSetUp() else { return }
        try messages.say(
            "no account yet; within 15 minutes, make the first one at \(start.admin)/setup/\(secret)"
        )
    }

    /// The start's own record has been written; its place in the log keeps a time that was ahead.
    private func clockLag(of directory: String) throws(CommandFailure) -> ClockLag? {
        do throws(LogReadFailure) {
            return try LogSnapshot(directory: .init(directory)).newestTime().flatMap {
                ClockLag(now: CommandContext.current.now(), newest: $0)
            }
        } catch {
            throw CommandFailure(error)
        }
    }
}
