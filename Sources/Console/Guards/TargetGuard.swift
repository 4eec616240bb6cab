// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird

/// Lets through targets in the one spelling that each of the console's paths has.
///
/// The router would take `//healthz`, `/healthz/` and `/healthz?x` for `/healthz`. A path with many spellings is hard
/// to guard: a rule about one of them, here or in a proxy in front, would not cover the others. Only paths whose
/// endpoint takes parameters have queries.
struct TargetGuard: RouterMiddleware {
    typealias Context = ConsoleContext

    private let queried: [RouterPath]

    init(_ endpoints: [Endpoint]) {
        queried = endpoints.filter(\.takesQuery).map(\.path)
    }

    /// The longest path of a tile has fewer than a hundred bytes.
    static let mostBytes = 1024
    /// The longest query; the server itself ends connections whose targets have more than 8 KiB.
    static let mostQueryBytes = 7 << 10

    func handle(
        _ request: Request, context: ConsoleContext,
        next: (Request, ConsoleContext) async throws -> Response
    ) async throws -> Response {
        let target = request.uri.string
        let parts = target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let path = String(parts[0])
        guard path.utf8.count <= Self.mostBytes else {
            throw ConsoleProblem(.uriTooLong, "The longest name here is much shorter.")
        }
        guard target.utf8.count - path.utf8.count <= Self.mostQueryBytes else {
            throw ConsoleProblem(.uriTooLong, "The query is too long for a URL: send it by POST.")
        }
        guard Self.isPlain(path) else { throw ConsoleProblem.notFound }
        guard
            parts.count == 1 || !target.contains("#") && queried.contains(where: { $0.takes(path) })
        else {
            throw ConsoleProblem.notFound
        }
        return try await next(request, context)
    }

    /// A path of non-empty segments of letters, digits and `-._~`, none of them dots alone; no escapes.
    static func isPlain(_ target: String) -> Bool {
        guard target != "/" else { return true }
        guard target.hasPrefix("/") else { return false }
        return target.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
            .allSatisfy { segment in
                !segment.isEmpty && segment != "." && segment != ".."
                    && segment.utf8.allSatisfy { byte in
                        switch byte {
                        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                            UInt8(ascii: "~"):
                            true
                        default: false
                        }
                    }
            }
    }
}
