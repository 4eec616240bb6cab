// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Access
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Synchronization

extension DataPlane {
    /// Stops accepting, lets what is under way finish, and returns once all of it is recorded.
    ///
    /// - Parameter grace: after this, what is still under way ends with the reason `draining`.
    package func shutdown(grace: Duration) async {
        guard !isStopped.exchange(true, ordering: .sequentiallyConsistent) else { return }
        await Self.close(channels, logger)
        let interval = Moment.Interval(grace).timeAmount
        let forcing = lanes.map { box in
            box.eventLoop.scheduleTask(in: interval) { box.value?.force() }
        }
        await drain()
        for task in forcing { task.cancel() }
        for box in lanes {
            box.eventLoop.execute {
                box.value?.end()
                box.value = nil
            }
        }
        await Self.stop([], group, verifiers, logger)
    }

    private func drain() async {
        var drained: [EventLoopFuture<Void>] = []
        for box in lanes {
            let eventLoop = box.eventLoop
            drained.append(
                eventLoop.flatSubmit {
                    box.value?.drain() ?? eventLoop.makeSucceededVoidFuture()
                })
        }
        for future in drained {
            do { try await future.get() } catch { Self.report(error, logger) }
        }
    }

    static func close(_ channels: [any Channel], _ logger: Logger) async {
        for channel in channels {
            do { try await channel.close().get() } catch { report(error, logger) }
        }
    }

    static func stop(
        _ channels: [any Channel], _ group: MultiThreadedEventLoopGroup,
        _ verifiers: NIOThreadPool, _ logger: Logger
    ) async {
        await close(channels, logger)
        do { try await verifiers.shutdownGracefully() } catch { report(error, logger) }
        do { try await group.shutdownGracefully() } catch { report(error, logger) }
    }

    private static func report(_ error: any Error, _ logger: Logger) {
        logger.warning("stopping the data plane", metadata: ["error": "\(error)"])
    }
}
