// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Hummingbird
import NIOCore
import NIOPosix

/// How the proxy stands, for programs.
struct StatusEndpoints: EndpointGroup {
    let status: @Sendable () -> JSONValue
    let growth: @Sendable (_ size: UInt64) async -> Void

    /// How long an answer waits for the log to grow: shorter than the connection may be idle.
    private static let patience = TimeAmount.seconds(10)

    var endpoints: [Endpoint] {
        [
            .get("/status", .part(.status)) { _, _ in answer() },
            .get("/status/after/:size", .part(.status)) { _, context in
                let text = try context.parameters.require("size")
                guard let size = UInt64(text), "\(size)" == text else {
                    throw ConsoleProblem.notFound
                }
                await waitForGrowth(beyond: size)
                return answer()
            },
        ]
    }

    private func answer() -> Response {
        .json(status())
    }

    private func waitForGrowth(beyond size: UInt64) async {
        let follower = Task { await growth(size) }
        let end = MultiThreadedEventLoopGroup.singleton.any()
            .scheduleTask(in: Self.patience) { follower.cancel() }
        await withTaskCancellationHandler {
            await follower.value
        } onCancel: {
            follower.cancel()
        }
        end.cancel()
    }
}
