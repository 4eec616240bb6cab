// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import LogReading
import Merkle
import SignedNotes

/// The log as any C2SP tlog-tiles client reads it.
struct LogEndpoints: EndpointGroup {
    let log: CurrentLog
    /// The keys that verify the log, the newest first.
    let keys: @Sendable () -> [NoteVerifierKey]
    let reads = BlockingReads()

    private static let prefix = "/tlog/"

    var endpoints: [Endpoint] {
        [
            .get("/tlog/log.vkey", .part(.log)) { _, _ in
                let lines = keys().map { $0.text + "\n" }.joined()
                return .content(lines.utf8, type: .plainText, .seconds)
            },
            .get("/tlog/checkpoint", .part(.log), resource),
            .get("/tlog/tile/**", .part(.log), resource),
        ]
    }

    private func resource(_ request: Request, _: ConsoleContext) async throws -> Response {
        // The target has its one spelling, or it would not have come this far.
        let name = request.uri.string.dropFirst(Self.prefix.count)
        guard let resource = LogResource(path: String(name)),
            let stored = try await reads({ try stored(resource) })
        else { throw ConsoleProblem.notFound }
        return try await stored.response(to: request)
    }

    private func stored(_ resource: LogResource) throws -> StoredContent? {
        let content: StaticContent?
        do {
            content = try log.content(of: resource)
        } catch let failure as LogReadFailure {
            // Of a segment that was put away, the hashes are here and the entries are not.
            guard let absence = failure.absence else { throw failure }
            throw ConsoleProblem(.gone, "These records are not here (\(absence.text)).")
        }
        guard let content, let identity = try identity(of: resource, content) else { return nil }
        return StoredContent(
            content: content, type: resource == .checkpoint ? .plainText : .bytes,
            freshness: resource == .checkpoint ? .seconds : .immutable,
            tag: EntityTag(of: identity), reads: reads)
    }

    /// Bytes that stand for the content: for a bundle the hashes of its leaves, which serve as well and are far fewer.
    private func identity(
        of resource: LogResource, _ content: StaticContent
    ) throws -> [UInt8]? {
        guard case .entries(let bundle) = resource else {
            return try content.bytes(0..<content.length)
        }
        guard
            let tile = TileCoordinate(level: .leaves, index: bundle.index, width: bundle.width),
            let hashes = try log.content(of: .tile(tile))
        else { return nil }
        return try hashes.bytes(0..<hashes.length)
    }
}
