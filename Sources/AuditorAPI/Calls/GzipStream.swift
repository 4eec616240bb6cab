// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import CZlib
import Console
import HTTPTypes
import Hummingbird
import NIOCore

/// A gzip stream that is written part by part, each of which can be read as soon as it is there.
///
/// ## Safety
/// The stream is of this object alone, which one task uses at a time, and is closed with it.
@safe final class GzipStream {
    struct NoMemory: Error {}

    // Safe: made by `csz_open` in `init`, freed by `csz_close` in `deinit`, and given to nobody else.
    private let stream: UnsafeMutablePointer<z_stream>

    init() throws(NoMemory) {
        guard let stream = unsafe csz_open() else { throw NoMemory() }
        unsafe self.stream = stream
    }

    deinit { unsafe csz_close(stream) }

    /// The next part, compressed.
    func compress(_ part: ByteBuffer, isLast: Bool = false) throws(NoMemory) -> ByteBuffer {
        var output = ByteBuffer()
        var block = [UInt8](repeating: 0, count: 32 << 10)
        var isFailed = false
        unsafe part.withUnsafeReadableBytes { input in
            // Safe: the input lives through this closure, in which all of it is taken.
            unsafe csz_give(
                stream, input.bindMemory(to: UInt8.self).baseAddress,
                UInt32(clamping: input.count))
            var count = block.count
            while count == block.count, !isFailed {
                // Safe: the pointer and the length describe the same memory.
                count = unsafe block.withUnsafeMutableBufferPointer { room in
                    unsafe csz_step(
                        stream, room.baseAddress, UInt32(clamping: room.count), isLast ? 1 : 0)
                }
                isFailed = count < 0
                if count > 0 { output.writeBytes(block[..<count]) }
            }
        }
        if isFailed { throw NoMemory() }
        return output
    }
}

/// Writes a body compressed.
struct GzipWriter: ResponseBodyWriter {
    private var writer: any ResponseBodyWriter
    private let stream: GzipStream

    init(_ writer: any ResponseBodyWriter) throws {
        self.writer = writer
        stream = try GzipStream()
    }

    mutating func write(_ buffer: ByteBuffer) async throws {
        try await writer.write(try stream.compress(buffer))
    }

    consuming func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await writer.write(try stream.compress(ByteBuffer(), isLast: true))
        try await writer.finish(trailingHeaders)
    }
}

extension Response {
    /// Shorter ones are not worth it.
    private static let fewestGzipped = 1024

    /// The same compressed, for whoever takes that and where it helps; streams of events are left alone, and so are files
    /// of which parts can be requested, as they are named by the digest of their bytes.
    func gzipped(for request: Request) -> Response {
        guard headers[.acceptRanges] == nil, let type = headers[.contentType],
            [String.json, .jsonLines, .problemJSON].contains(type)
        else { return self }
        var response = self
        response.headers[.vary] = "Accept-Encoding"
        guard status == .ok, body.contentLength.map({ $0 >= Self.fewestGzipped }) ?? true,
            AcceptedCodings(request.headers[values: .acceptEncoding]).takesGzip
        else { return response }
        response.headers[.contentEncoding] = "gzip"
        let body = body
        response.body = ResponseBody { writer in
            try await body.write(try GzipWriter(writer))
        }
        return response
    }
}

/// What a client can read (RFC 9110 §12.5.3).
struct AcceptedCodings {
    let takesGzip: Bool

    init(_ fields: [String]) {
        var weights: [String: Bool] = [:]
        for member in fields.joined(separator: ",").split(separator: ",") {
            let parts = member.lowercased().split(separator: ";").map {
                $0.filter { $0 != " " && $0 != "\t" }
            }
            guard let name = parts.first else { continue }
            let weight = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            weights[name] = weight.map { $0.contains { ("1"..."9").contains($0) } } ?? true
        }
        takesGzip = weights["gzip"] ?? weights["x-gzip"] ?? weights["*"] ?? false
    }
}
