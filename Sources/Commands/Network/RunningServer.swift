// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Glibc
import Messages
import NIOCore
import NIOPosix
import Server
import Settings
import SystemPackage

/// The proxy running with a configuration, as commands on its host talk to it: they query its admin address, and
/// notify it by a signal, which only its own user and root may send.
struct RunningServer {
    private let settings: DeploymentSettings

    /// Nil where no proxy of this log answers.
    init?(_ settings: DeploymentSettings) async {
        self.settings = settings
        guard await Self.status(settings) != nil else { return nil }
    }

    private static func status(_ settings: DeploymentSettings) async -> AdminStatus? {
        guard let status = await AdminStatus.ask(settings),
            status.isOfThisState || status.origin == settings.log.origin.text
        else { return nil }
        return status
    }

    /// Waits until the status is as expected; nil if that does not happen in time.
    private func wait(
        _ patience: Duration, until isRight: (AdminStatus) -> Bool
    ) async throws(CommandFailure) -> AdminStatus? {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let end = ContinuousClock.now + patience
        while true {
            if let status = await Self.status(settings), isRight(status) { return status }
            guard ContinuousClock.now < end else { return nil }
            do {
                try await loop.scheduleTask(in: .milliseconds(50)) {}.futureResult.get()
            } catch {
                throw CommandFailure(.failure, "the command was stopped while it waited.")
            }
        }
    }

    /// What came of a changed key file.
    enum Adoption {
        case inForce
        /// The log has no record of it, and so the keys before stay in force.
        case unrecorded(why: String)
        case notTaken
    }

    /// Waits until the proxy has adopted a key file with this digest, or says why not.
    func adoption(ofKeyFile digest: String) async throws(CommandFailure) -> Adoption {
        let start = ContinuousClock.now
        let status = try await wait(.seconds(10)) { status in
            // A log that takes no records may take some again in a second.
            status.holds(keyFile: digest)
                || status.unrecorded("credentials") != nil
                    && ContinuousClock.now > start + .seconds(2)
        }
        guard let status else { return .notTaken }
        if status.holds(keyFile: digest) { return .inForce }
        return status.unrecorded("credentials").map { .unrecorded(why: $0) } ?? .notTaken
    }

    /// The outcome of a reload.
    enum Reload {
        case inForce
        /// - Parameter takingRestart: the keys because of which it was, where that is why.
        case refused(takingRestart: [String])
        /// The log has no record of it, and so the configuration before stays in force.
        case unrecorded(why: String)
    }

    /// Makes the proxy read its configuration again.
    func reload() async throws(CommandFailure) -> Reload {
        guard let before = await Self.status(settings),
            let pid = pid_t(exactly: before.count("pid")),
            pid > 1
        else {
            throw CommandFailure(
                .unavailable, "the proxy does not say which process it is; send it SIGHUP.")
        }
        // The number may belong to a process of another machine, or to a later one.
        let name = try LocalFile.read("/proc/\(pid)/comm", most: 64) ?? []
        guard String(decoding: name, as: UTF8.self).hasPrefix("countersign") else {
            throw CommandFailure(
                .unavailable,
                "the proxy at \(settings.admin.address.text) runs in another place than this command; run the command where it does, or send it SIGHUP there."
            )
        }
        guard kill(pid, SIGHUP) == 0 else {
            throw CommandFailure(
                errno == EPERM ? .notPermitted : .unavailable,
                "the proxy (process \(pid)) cannot be told: \(describing: Errno(rawValue: errno)); run this as its user or as root."
            )
        }
        let done = try await wait(.seconds(60)) { status in
            status.count("reloads_refused") > before.count("reloads_refused")
                || status.count("config_reads") > before.count("config_reads")
        }
        guard let done else {
            throw CommandFailure(
                .unavailable,
                "the proxy has not said within a minute what came of it; look at its messages.")
        }
        guard done.count("reloads_refused") > before.count("reloads_refused") else {
            return .inForce
        }
        if let why = done.unrecorded("configuration") { return .unrecorded(why: why) }
        let keys = done.json["takes_restart"]?.array ?? []
        return .refused(takingRestart: keys.compactMap(\.string))
    }
}
