// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import ByteCoding
import Glibc
import Messages
import Synchronization

/// Which configuration is in force in a running server: written by the server, read by its console.
final class ConfigurationStanding: Sendable {
    private struct State {
        var current: ConfigurationChange.State?
        /// Changes of either kind that took effect, including the start.
        var accepted: Int64 = 0
        /// How often the whole configuration was.
        var whole: Int64 = 0
        var refused: Int64 = 0
        /// The keys for which the last reload was refused, because they take a restart.
        var takingRestart: [String] = []
        /// Why changes are not in force that only lack their record.
        var unrecorded: [ConfigurationChange.Object: String] = [:]
        /// Where the console listens.
        var admin = ""
        var isStopping = false
    }

    private let state = Mutex(State())

    /// Another configuration is in force.
    func accepted(_ current: ConfigurationChange.State, _ object: ConfigurationChange.Object) {
        state.withLock { state in
            state.current = current
            state.accepted += 1
            state.unrecorded[.credentials] = nil
            guard object == .configuration else { return }
            state.whole += 1
            state.takingRestart = []
            state.unrecorded = [:]
        }
    }

    /// A change was refused; the old configuration stays in force.
    ///
    /// - Parameter keys: those that take a restart, if that is why.
    func refused(_ object: ConfigurationChange.Object, takingRestart keys: [String]) {
        state.withLock { state in
            state.refused += 1
            state.unrecorded[object] = nil
            if object == .configuration { state.takingRestart = keys }
        }
    }

    /// A change lacks its record; the old configuration stays in force.
    func unrecorded(_ change: UnrecordedChange) {
        state.withLock { state in
            state.refused += 1
            state.unrecorded[change.object] = change.message.plain
            if change.object == .configuration { state.takingRestart = [] }
        }
    }

    /// Key files say again what is in force.
    func keysUnchanged() { state.withLock { $0.unrecorded[.credentials] = nil } }

    /// The console listens.
    func opened(admin: String) { state.withLock { $0.admin = admin } }

    /// No further accesses are served.
    func stopping() { state.withLock { $0.isStopping = true } }

    var isStopping: Bool { state.withLock { $0.isStopping } }

    /// The digest of the configuration in force.
    var configuration: String? { state.withLock { $0.current?.configuration } }

    /// Members of `/status`.
    var members: [JSONMember] {
        let state = state.withLock { $0 }
        let files = state.current?.files ?? []
        return [
            JSONMember("admin", .string(state.admin)),
            JSONMember("pid", .integer(Int64(getpid()))),
            JSONMember("config", .string(state.current?.configuration ?? "")),
            JSONMember("deciding", .string(state.current?.digest ?? "")),
            JSONMember(
                "key_files",
                .array(
                    files.filter { $0.purpose == DecidingFiles.Purpose.apiKeys.rawValue }
                        .map { .string($0.digest) })),
            JSONMember("config_reads", .integer(state.whole)),
            JSONMember("changes", .integer(state.accepted)),
            JSONMember("reloads_refused", .integer(state.refused)),
            JSONMember("takes_restart", .array(state.takingRestart.map { .string($0) })),
            JSONMember(
                "unrecorded",
                .object(
                    ConfigurationChange.Object.allCases.compactMap { object in
                        state.unrecorded[object].map {
                            JSONMember(object.rawValue, .string($0))
                        }
                    })),
        ]
    }
}
