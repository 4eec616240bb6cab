// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
package import Hummingbird
package import LogReading
import NIOCore

/// Content with a validator, of which parts can be requested: the log's files, and exports.
package struct StoredContent: Sendable {
    let content: StaticContent
    let type: String
    let freshness: Freshness
    let tag: EntityTag
    let reads: BlockingReads

    /// How much is read and held at once.
    private static let partBytes = 64 << 10

    package init(
        content: StaticContent, type: String, freshness: Freshness, tag: EntityTag,
        reads: BlockingReads
    ) {
        self.content = content
        self.type = type
        self.freshness = freshness
        self.tag = tag
        self.reads = reads
    }

    /// All of it, a part, or word that the client has it already.
    package func response(to request: Request) async throws -> Response {
        var fields: HTTPFields = [
            .contentType: type, .cacheControl: freshness.rawValue, .eTag: tag.text,
            .acceptRanges: "bytes",
        ]
        if let known = request.headers[.ifNoneMatch], tag.isNamed(by: known) {
            fields[.contentType] = nil
            return Response(status: .notModified, headers: fields)
        }
        // A part of something other than what the client has would be of no use to it.
        let isSame = request.headers[.ifRange].map { $0 == tag.text } ?? true
        switch ByteRange(isSame ? request.headers[.range] : nil, length: content.length) {
        case .whole:
            return Response(status: .ok, headers: fields, body: try await body(0..<content.length))
        case .part(let range):
            fields[.contentRange] =
                "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(content.length)"
            return Response(
                status: .partialContent, headers: fields, body: try await body(range))
        case .unsatisfiable:
            throw ConsoleProblem(
                .rangeNotSatisfiable, "The content has \(content.length) bytes.",
                fields: [.contentRange: "bytes */\(content.length)"])
        }
    }

    /// The first part is read before the head is written, so that a file that cannot be read is an error page.
    private func body(_ range: Range<Int>) async throws -> ResponseBody {
        let first = try await bytes(range.prefix(Self.partBytes))
        guard range.count > Self.partBytes else { return ResponseBody(byteBuffer: first) }
        return ResponseBody(contentLength: range.count) { writer in
            try await writer.write(first)
            var rest = range.dropFirst(Self.partBytes)
            while !rest.isEmpty {
                try await writer.write(try await bytes(rest.prefix(Self.partBytes)))
                rest = rest.dropFirst(Self.partBytes)
            }
            try await writer.finish(nil)
        }
    }

    private func bytes(_ range: Range<Int>) async throws -> ByteBuffer {
        try await reads { ByteBuffer(bytes: try content.bytes(range)) }
    }
}
