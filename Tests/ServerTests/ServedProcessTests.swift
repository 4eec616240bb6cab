// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc
import Ledger
import LedgerFiles
import Logging
import Messages
import Policy
import Server
import Settings
import SignedNotes
import SystemPackage
import TestSupport
import Testing
import UnixSignals

/// A process that serves, without a process: signals are handed in, and what happens is told.
@Suite("A process that serves", .timeLimit(.minutes(5)))
struct ServedProcessTests {
    private typealias Event = ServedProcess.Event

    private struct Unheard: Error {}

    private static let surroundings = Surroundings(environment: [:], now: { .now })

    /// A folder as `init` leaves it, on ports that are free.
    private func deployed() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        let origin = try #require(LogName("log.example/served"))
        let text = SampleConfiguration.text(origin: origin)
            .replacing("127.0.0.1:8080", with: "127.0.0.1:0")
            .replacing("127.0.0.1:9090", with: "127.0.0.1:0")
        let name = try #require(KeyName(origin.text))
        _ = try SigningKeyFile.create(FilePath(folder.file("log.key")), name: name)
        try folder.write(text, to: "countersign.yaml")
        try folder.write("", to: "keys.yaml")
        return folder
    }

    private func process(
        _ folder: TemporaryFolder,
        logger: Logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }),
        tell: @escaping @Sendable (Event) throws -> Void
    ) -> ServedProcess {
        let file = folder.file("countersign.yaml")
        return ServedProcess(
            producer: "served", eventLoops: 1, in: Self.surroundings, logger: logger,
            read: { () throws(CommandFailure) in try Self.surroundings.deployment(at: file) },
            tell: tell)
    }

    @Test("keeps the text of the rules beside the log, before a record names it")
    func rules() async throws {
        let folder = try deployed()
        var versions: [String] = []
        for rate in ["600/m", "500/m"] {
            let text = try folder.text("countersign.yaml")
            try folder.write(text.replacing("600/m", with: rate), to: "countersign.yaml")
            let deployment = try Self.surroundings.deployment(at: folder.file("countersign.yaml"))
            let server = try await ProxyServer.start(
                deployment, producer: "served", eventLoops: 1, in: Self.surroundings,
                logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
            versions.append(deployment.rulebook.version)
            let kept = deployment.settings.log.directory.text + "/rules/"
            for version in versions {
                let digest = String(version.dropFirst("sha256:".count))
                #expect(try LocalFile.read(kept + digest, most: 1 << 20) != nil, "\(version)")
            }
            let own = String(deployment.rulebook.version.dropFirst("sha256:".count))
            #expect(try LocalFile.read(kept + own, most: 1 << 20) == deployment.rulebook.text)
            #expect(await server.stop() == nil)
        }
        #expect(Set(versions).count == 2)
    }

    @Test(
        "tells where it is reached, what came of each reload and each change of keys, and that it ended"
    )
    func life() async throws {
        let folder = try deployed()
        let (signals, signal) = AsyncStream<UnixSignal>.makeStream()
        let (events, told) = AsyncStream<Event>.makeStream()
        let served = process(folder) { told.yield($0) }
        async let end: Void = {
            defer { told.finish() }
            try await served.run(until: signals)
        }()
        var seen = events.makeAsyncIterator()

        guard case .started(let start) = await seen.next() else {
            // Says why it did not start.
            return try await end
        }
        #expect(start.proxies.count == 1)
        #expect(start.proxies.first?.hasSuffix(":0") == false)
        #expect(start.admin.hasPrefix("http://127.0.0.1:"))
        #expect(start.logDirectory == folder.file("log"))
        let deployment = try Self.surroundings.deployment(at: folder.file("countersign.yaml"))
        let socket = LocalFile.path(of: ControlSocket.name, in: deployment.settings.log.state.text)
        #expect(LocalFile.exists(socket))

        signal.yield(.sighup)
        guard case .reloaded(let notes) = await seen.next() else {
            Issue.record("a configuration that did not change was refused")
            return
        }
        #expect(notes.isEmpty)

        let text = try folder.text("countersign.yaml")
        try folder.write(
            text.replacing("address: 127.0.0.1:0  # where", with: "address: 127.0.0.1:1  # where"),
            to: "countersign.yaml")
        signal.yield(.sighup)
        guard case .reloadRefused(let failure) = await seen.next() else {
            Issue.record("an address was changed without a restart")
            return
        }
        #expect(failure.status == .usage)
        #expect(failure.message?.plain.contains("at a restart only") == true)

        let digest = "sha256:" + String(repeating: "0a", count: 32)
        try folder.write(
            "- { id: aaaaaaaa, digest: \"\(digest)\", name: ci }\n", to: "keys.yaml")
        guard case .keysChanged = await seen.next() else {
            Issue.record("changed keys are not in force")
            return
        }
        try folder.write("- { id: aaaaaaaa }\n", to: "keys.yaml")
        guard case .keysRefused(let refusal) = await seen.next() else {
            Issue.record("a key without a digest is in force")
            return
        }
        #expect(refusal.status == .usage)

        signal.yield(.sigterm)
        guard case .stopping = await seen.next(), case .stopped = await seen.next() else {
            Issue.record("it did not say that it stops")
            return
        }
        try await end
        #expect(!LocalFile.exists(socket))
    }

    @Test(
        "closes the log also where nobody can be told: it opens again, and its last boot ended well"
    )
    func unheard() async throws {
        let folder = try deployed()
        let served = process(folder) { _ in throw Unheard() }
        await #expect(throws: Unheard.self) {
            try await served.run(until: AsyncStream<UnixSignal> { _ in })
        }
        let deployment = try Self.surroundings.deployment(at: folder.file("countersign.yaml"))
        let report = try LogOpening(deployment, producer: "served").examine()
        #expect(report.unsignedRecords == 0)
        #expect(report.warnings == [])
    }

    @Test("says in its log that the audit log has stopped, and ends with why")
    func stopped() async throws {
        let folder = try deployed()
        let (lines, heard) = AsyncStream<HeardLine>.makeStream()
        let (events, told) = AsyncStream<Event>.makeStream()
        let (signals, signal) = AsyncStream<UnixSignal>.makeStream()
        let logger = Logger(label: "test") { _ in HeardLog(heard: heard) }
        let served = process(folder, logger: logger) { told.yield($0) }
        async let end: Void = {
            defer { told.finish() }
            try await served.run(until: signals)
        }()
        var seen = events.makeAsyncIterator()
        guard case .started = await seen.next() else { return try await end }
        #expect(rename(folder.file("log"), folder.file("elsewhere")) == 0)
        // A record, and with it a publication.
        signal.yield(.sighup)
        let line = try #require(await lines.first { $0.level == .critical })
        #expect(line.message == "log has stopped; accesses are refused")
        let cause = try #require(line.fields["cause"])
        #expect(cause.contains("moved"))
        guard case .reloaded = await seen.next() else {
            Issue.record("the first change was refused")
            return
        }
        // RecordedBeforeInForce: what can no longer be recorded does not change either.
        signal.yield(.sighup)
        guard case .reloadRefused(let refusal) = await seen.next() else {
            Issue.record("a change is in force that no record says")
            return
        }
        #expect(refusal.status == .unavailable)
        #expect(refusal.message?.plain.contains(cause) == true)
        let digest = "sha256:" + String(repeating: "0a", count: 32)
        try folder.write(
            "- { id: aaaaaaaa, digest: \"\(digest)\", name: ci }\n", to: "keys.yaml")
        guard case .keysRefused(let keys) = await seen.next() else {
            Issue.record("keys are in force that no record says")
            return
        }
        #expect(keys.status == .unavailable)
        signal.yield(.sigterm)
        do {
            try await end
            Issue.record("ended as if nothing had been")
        } catch let failure as CommandFailure {
            #expect(failure.message?.plain == cause)
        }
    }

    private struct HeardLine: Sendable {
        let level: Logger.Level
        let message: String
        let fields: [String: String]
    }

    /// Hands on what the server says.
    private struct HeardLog: LogHandler {
        let heard: AsyncStream<HeardLine>.Continuation
        var logLevel = Logger.Level.info
        var metadata: Logger.Metadata = [:]
        var metadataProvider: Logger.MetadataProvider?

        init(heard: AsyncStream<HeardLine>.Continuation) { self.heard = heard }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            heard.yield(
                HeardLine(
                    level: event.level, message: "\(event.message)",
                    fields: (event.metadata ?? [:]).mapValues { "\($0)" }))
        }
    }

    @Test("leaves no log open where an address cannot be had")
    func taken() async throws {
        let folder = try deployed()
        let (events, told) = AsyncStream<Event>.makeStream()
        let (signals, signal) = AsyncStream<UnixSignal>.makeStream()
        let first = process(folder) { told.yield($0) }
        async let end: Void = {
            defer { told.finish() }
            try await first.run(until: signals)
        }()
        var seen = events.makeAsyncIterator()
        guard case .started(let start) = await seen.next() else { return try await end }
        let proxy = try #require(start.proxies.first)

        let other = try deployed()
        let text = try other.text("countersign.yaml")
        try other.write(
            text.replacing("address: 127.0.0.1:0  # where", with: "address: \(proxy)  # where"),
            to: "countersign.yaml")
        await #expect(throws: CommandFailure.self) {
            try await process(other) { _ in }.run(until: AsyncStream<UnixSignal> { _ in })
        }
        let deployment = try Self.surroundings.deployment(at: other.file("countersign.yaml"))
        _ = try LogOpening(deployment, producer: "served").examine()

        signal.yield(.sigterm)
        try await end
    }

    @Test("names an IPv6 address as the configuration does, in brackets")
    func brackets() async throws {
        let folder = try deployed()
        // Kept for documentation (RFC 3849), so that no machine has it.
        let address = "[2001:db8::1]:8443"
        let text = try folder.text("countersign.yaml")
        try folder.write(
            text.replacing(
                "address: 127.0.0.1:0  # where", with: "address: \"\(address)\"  # where"),
            to: "countersign.yaml")
        do {
            try await process(folder) { _ in }.run(until: AsyncStream<UnixSignal> { _ in })
            Issue.record("it listens on an address that nobody has")
        } catch let failure as CommandFailure {
            #expect(failure.message?.plain.contains("listen on \(address);") == true)
        }
    }
}
