// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import AuditRecords
import AuditorAPI
import ByteCoding
import Glibc
import Messages
import Policy
import Settings
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
        var deployment: Deployment?
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

    /// What is in force is read from this.
    func showing(_ deployment: Deployment) { state.withLock { $0.deployment = deployment } }

    /// The configuration in force as it is shown: whatever came from the environment or a file is masked.
    var shown: ShownSettings {
        guard let deployment = state.withLock({ $0.deployment }) else {
            return ShownSettings(yaml: "", json: .object([]), hash: "", file: "", rules: "")
        }
        let json = deployment.effectiveJSON(.masked)
        // What stands behind the question mark of a receiver's address is often a token.
        let secrets = Set(json.texts.compactMap(\.queryOfURL))
        let yaml = secrets.reduce(deployment.effectiveYAML(.masked)) {
            $0.replacing("?" + $1, with: "?•••")
        }
        return ShownSettings(
            yaml: yaml, json: json.hiding(secrets),
            hash: deployment.configHash, file: deployment.file,
            rules: deployment.rulebook.version)
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

extension String {
    /// The query of a URL; nil where it has none, or is no URL.
    fileprivate var queryOfURL: String? {
        guard contains("://"), let mark = firstIndex(of: "?") else { return nil }
        let query = self[index(after: mark)...]
        return query.isEmpty ? nil : String(query)
    }
}

extension JSONValue {
    /// Every text in it, however deep.
    fileprivate var texts: [String] {
        if let string { return [string] }
        return (members?.map(\.value) ?? array ?? []).flatMap(\.texts)
    }

    /// The same without some queries of URLs.
    fileprivate func hiding(_ queries: Set<String>) -> JSONValue {
        if let string {
            guard let query = string.queryOfURL, queries.contains(query) else { return self }
            return .string(string.replacing("?" + query, with: "?•••"))
        }
        if let members {
            return .object(members.map { JSONMember($0.name, $0.value.hiding(queries)) })
        }
        if let array { return .array(array.map { $0.hiding(queries) }) }
        return self
    }
}
