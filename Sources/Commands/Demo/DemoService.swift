// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Hummingbird
import Logging
import Messages

/// The service behind the demo's proxy: a few invoices, on loopback, on a port that is free.
final class DemoService: Sendable {
    let port: Int
    private let running: Task<Void, any Error>

    private init(port: Int, running: Task<Void, any Error>) {
        self.port = port
        self.running = running
    }

    static func start() async throws(CommandFailure) -> DemoService {
        let (bound, announce) = AsyncStream.makeStream(of: Int.self)
        var logger = Logger(label: "demo-service")
        // The library reports stopping as an error; what a visitor should see is in the tour.
        logger.logLevel = .critical
        let application = Application(
            router: routes(),
            configuration: ApplicationConfiguration(
                address: .hostname("127.0.0.1", port: 0), serverName: "demo-service"),
            onServerRunning: { announce.yield($0.localAddress?.port ?? 0) }, logger: logger)
        let running = Task {
            defer { announce.finish() }
            try await application.run()
        }
        for await port in bound { return DemoService(port: port, running: running) }
        throw CommandFailure(
            .unavailable, "the demo's own service cannot listen on 127.0.0.1; is loopback up?")
    }

    func stop() { running.cancel() }

    private static func routes() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("/invoices/{id}") { _, context in
            let id = context.parameters.get("id") ?? ""
            return
                "{\"invoice\":\"\(id.prefix(64).filter(\.isLetterOrDigit))\",\"total\":\"118.20\"}\n"
        }
        router.get("/reports/{id}") { _, _ in "{\"report\":\"all paid\"}\n" }
        router.post("/invoices") { request, _ in
            let body = try await request.body.collect(upTo: 1 << 20)
            return EditedResponse(
                status: .created, response: "{\"received\":\(body.readableBytes)}\n")
        }
        router.delete("/invoices/{id}") { _, _ in HTTPResponse.Status.noContent }
        return router
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}
