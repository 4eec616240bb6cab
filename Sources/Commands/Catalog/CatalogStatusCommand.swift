// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Catalog
import LogReading
import Merkle
import Messages
import Server
import Settings
import SignedNotes
import SystemPackage

/// `countersign catalog status`.
struct CatalogStatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show how far the catalog is, and whether it can be used.",
        discussion: """
            EXAMPLES:
              countersign catalog status
              countersign catalog status --json

            Reads the catalog as a query would, and asks the server that keeps it. Exit code 3 where there is \
            none, 1 where it cannot be used.
            """)

    @OptionGroup var catalog: CatalogOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let folder = try catalog.folder()
        let state = CatalogState(
            folder: folder, log: try catalog.log.snapshot(), server: try await server())
        if try output.isJSON {
            try output.screen.json(state.json)
        } else {
            try output.screen.table(Table(facts: state.facts))
        }
        if let failure = state.failure { throw failure }
    }

    /// What the server says of the catalog; nil where none runs that is known.
    private func server() async throws(CommandFailure) -> JSONValue? {
        guard catalog.catalog == nil, catalog.log.directory == nil else { return nil }
        let settings = try catalog.log.deployment.read().settings
        guard let status = await AdminStatus.ask(settings),
            status.origin == settings.log.origin.text
        else { return nil }
        return status.json["catalog"]
    }
}

/// A catalog at one moment, as its files and its server show it.
private struct CatalogState {
    let folder: CatalogFolder
    let log: LogSnapshot
    let server: JSONValue?
    private let found: Result<Found, CatalogFailure>?

    /// What the files say.
    private struct Found {
        var size: UInt64
        var accesses: Int64
        var bytes: Int
        var walBytes: Int
    }

    /// Reads the files.
    init(folder: CatalogFolder, log: LogSnapshot, server: JSONValue?) {
        self.folder = folder
        self.log = log
        self.server = server
        let origin = log.newest?.claim.origin.text ?? ""
        found =
            LocalFile.exists(folder.file.string)
            ? Result { () throws(CatalogFailure) in
                let catalog = try SQLiteCatalog(
                    reading: folder.file, origin: origin, tokens: nil)
                let count = try catalog.count(CatalogQuery(), within: .seconds(10))
                let found = Found(
                    size: try catalog.position()?.size ?? 0, accesses: count.accesses,
                    bytes: try catalog.fileBytes(), walBytes: try catalog.walBytes())
                try catalog.close()
                return found
            } : nil
    }

    private var logSize: UInt64 { log.size.count }

    /// Why the command does not end with 0.
    var failure: CommandFailure? {
        switch found {
        case nil:
            CommandFailure(
                .notFound,
                "there is no catalog at \(folder.path.string); a running server makes it, and so does `countersign catalog rebuild`."
            )
        case .failure(let failure): CommandFailure(failure)
        case .success: server?["state"]?.string == "failed" ? CommandFailure(.failure) : nil
        }
    }

    /// Rows for people.
    var facts: [(SafeText, SafeText)] {
        var facts: [(SafeText, SafeText)] = [("catalog", "\(folder.file.string)")]
        facts.append(("kept by", keeper))
        switch found {
        case nil: facts.append(("records", SafeText("none: there is no catalog", .caution)))
        case .failure(let failure): facts.append(("fault", SafeText("\(failure.message)", .bad)))
        case .success(let found):
            let behind = logSize - min(logSize, found.size)
            facts += [
                (
                    "records",
                    behind == 0
                        ? "\(found.size), all" : "\(found.size) of \(logSize), \(behind) behind"
                ),
                ("accesses", "\(found.accesses)"),
                (
                    "size",
                    "\(DiskSpace.text(UInt64(found.bytes))), write-ahead log \(DiskSpace.text(UInt64(found.walBytes)))"
                ),
            ]
        }
        if folder.isRebuilding { facts.append(("rebuild", rebuilding)) }
        for path in folder.setAside() {
            facts.append(("set aside", SafeText("\(path.string)", .caution)))
        }
        return facts
    }

    private var keeper: SafeText {
        guard let server else { return SafeText("nobody: no server of this log answers", .caution) }
        guard let cause = server["cause"]?.string else {
            return "the server, which is \(server["state"]?.string ?? "?")"
        }
        return SafeText("the server, but: \(cause)", .bad)
    }

    private var rebuilding: SafeText {
        guard let done = server?["rebuilt"]?.integer else {
            return SafeText(
                "interrupted; `countersign catalog rebuild` goes on with it", .caution)
        }
        return "\(done) of \(logSize) records"
    }

    /// The same for programs.
    var json: JSONValue {
        func number(_ value: some BinaryInteger) -> JSONValue { .integer(Int64(clamping: value)) }
        var members = [
            JSONMember("file", .string(folder.file.string)),
            JSONMember("log_size", number(logSize)),
        ]
        switch found {
        case nil: members.append(JSONMember("size", .null))
        case .failure(let failure):
            members += [
                JSONMember("size", .null), JSONMember("code", .string(failure.code.rawValue)),
                JSONMember("cause", .string(failure.message)),
            ]
        case .success(let found):
            members += [
                JSONMember("size", number(found.size)),
                JSONMember("lag_records", number(logSize - min(logSize, found.size))),
                JSONMember("accesses", number(found.accesses)),
                JSONMember("bytes", number(found.bytes)),
                JSONMember("wal_bytes", number(found.walBytes)),
            ]
        }
        members += [
            JSONMember("rebuilding", .bool(folder.isRebuilding)),
            JSONMember("set_aside", .array(folder.setAside().map { .string($0.string) })),
            JSONMember("server", server ?? .null),
        ]
        return .object(members)
    }
}
