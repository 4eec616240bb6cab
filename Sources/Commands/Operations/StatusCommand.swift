// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Settings
import ArgumentParser
import NIOCore
import NIOPosix

/// `countersign status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how the log and its server stand.",
        discussion: """
            EXAMPLES:
              countersign status
              countersign status --watch
              countersign status --json

            Reads the log's own files, and asks the server in its state folder or on its admin address where \
            one runs. It verifies nothing: that is what `countersign verify` is for. Exit code 5 where no server \
            answers, 1 where its log takes no records or is another one.
            """)

    @Flag(name: .shortAndLong, help: "Show it again every two seconds, until interrupted.")
    var watch = false

    @OptionGroup var deployment: DeploymentOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let settings = try deployment.read().settings
        guard watch else { return try show(try await LogState.read(settings)) }
        let eventLoop = MultiThreadedEventLoopGroup.singleton.any()
        while true {
            try output.screen.clear()
            do {
                try show(try await LogState.read(settings))
            } catch let failure as CommandFailure where failure.message == nil {
                // The screen says what is wrong; whoever watches waits for a change.
            }
            try await eventLoop.scheduleTask(in: .seconds(2)) {}.futureResult.get()
        }
    }

    private func show(_ state: LogState) throws {
        if try output.isJSON {
            try output.screen.json(state.json)
        } else {
            try output.screen.table(Table(facts: state.facts))
        }
        guard let server = state.server else { throw CommandFailure(.unavailable) }
        guard server.isWriting, server.origin == state.settings.log.origin.text else {
            throw CommandFailure(.failure)
        }
    }
}
