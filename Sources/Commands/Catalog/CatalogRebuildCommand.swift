// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Catalog
import LogReading
import Messages
import NIOCore
import NIOPosix
import Server
import Settings
import Synchronization

/// `countersign catalog rebuild`.
struct CatalogRebuildCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Build the catalog anew from the log, beside the present one.",
        discussion: """
            EXAMPLES:
              countersign catalog rebuild
              countersign catalog rebuild --fresh
              countersign catalog rebuild --log /restore/log --json

            The server does it where one runs: it answers from the present catalog meanwhile, and goes on with \
            the work if this command is interrupted. Otherwise this command does it, and the next run goes on \
            where an interrupted one was.
            """)

    @Flag(help: "Begin from nothing, even if an earlier run was interrupted.")
    var fresh = false

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = try catalog.folder()
        let start = ContinuousClock.now
        let progress = RebuildProgress(CommandContext.current.messages)
        let records: UInt64
        let byServer: Bool
        if let done = try await askServer(progress) {
            (records, byServer) = (done, true)
        } else {
            (records, byServer) = (try build(folder, progress), false)
        }
        progress.clear()
        let seconds = (ContinuousClock.now - start).components.seconds
        guard try output.isJSON else {
            return try output.messages.line(
                "catalog rebuilt\(byServer ? " by the server" : ""): \(records) records in \(seconds) s"
            )
        }
        try output.screen.json(
            .object([
                JSONMember("records", .integer(Int64(clamping: records))),
                JSONMember("seconds", .integer(seconds)),
                JSONMember("by_server", .bool(byServer)),
            ]))
    }

    /// Does it in this process.
    private func build(
        _ folder: CatalogFolder, _ progress: RebuildProgress
    ) throws(CommandFailure) -> UInt64 {
        let snapshot = try catalog.log.snapshot()
        var records: UInt64 = 0
        let claim: CatalogClaim
        do throws(CatalogFailure) { claim = try folder.claim() } catch {
            throw CommandFailure(error)
        }
        defer { withExtendedLifetime(claim) {} }
        do throws(CatalogFollowFailure) {
            _ = try CatalogRebuild(folder, of: snapshot.directory).run(fresh: fresh) { state in
                records = state.size
                progress.show(state.size, of: state.logSize)
                return true
            }
        } catch {
            progress.clear()
            throw CommandFailure(error)
        }
        return records
    }

    /// Has the running server do it, and waits until it has.
    ///
    /// - Returns: how many records the new catalog has; nil where no server keeps this catalog.
    private func askServer(
        _ progress: RebuildProgress
    ) async throws(CommandFailure) -> UInt64? {
        guard catalog.catalog == nil, catalog.log.directory == nil else { return nil }
        let state = try catalog.log.deployment.readLog().state.text
        let status = JSONValue.object([JSONMember("do", .string("status"))])
        let request = JSONValue.object([
            JSONMember("do", .string("rebuild_catalog")), JSONMember("fresh", .bool(fresh)),
        ])
        guard let before = try await ControlSocket.ask(status, in: state),
            try await ControlSocket.ask(request, in: state)?["begun"] == .bool(true)
        else { return nil }
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        while true {
            do {
                try await loop.scheduleTask(in: .milliseconds(200)) {}.futureResult.get()
            } catch {
                throw CommandFailure(.failure, "the command was stopped while it waited.")
            }
            guard let now = try await ControlSocket.ask(status, in: state) else {
                throw CommandFailure(
                    .unavailable,
                    "the server has stopped; it goes on with the catalog at its next start.")
            }
            func count(_ name: String, _ status: JSONValue) -> UInt64 {
                UInt64(clamping: status["catalog"]?[name]?.integer ?? 0)
            }
            // What failed again before the server took this up says nothing of it.
            if count("rebuild_failures", now) > count("rebuild_failures", before),
                let cause = now["catalog"]?["cause"]?.string
            {
                throw CommandFailure(
                    .failure, "the server goes on trying to build the catalog: \(cause)")
            }
            let size = count("size", now)
            let isDone = ["rebuilds", "set_aside"].contains { count($0, now) > count($0, before) }
            if isDone, now["catalog"]?["state"]?.string == "following" { return size }
            let logSize = UInt64(clamping: now["size"]?.integer ?? 0)
            progress.show(isDone ? size : count("rebuilt", now), of: logSize)
        }
    }
}

/// How far a rebuild is, how quick, and how long it still takes; on a terminal.
private final class RebuildProgress: Sendable {
    private let line: ProgressLine
    private let start = ContinuousClock.now
    /// How far it was at the first look: an interrupted rebuild begins there.
    private let first = Mutex<UInt64?>(nil)

    init(_ sink: OutputSink) { line = ProgressLine(sink) }

    func show(_ done: UInt64, of all: UInt64) {
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        let from = first.withLock { first in
            first = first ?? done
            return first ?? done
        }
        guard all > 0, seconds > 0.5 else { return }
        let rate = Double(done - min(from, done)) / seconds
        let left = rate > 0 ? ", \(Int(Double(all - min(all, done)) / rate)) s left" : ""
        line.show(
            "\(done) of \(all) records, \(done * 100 / all) %, \(Int(rate)) a second\(left)")
    }

    func clear() { line.clear() }
}
