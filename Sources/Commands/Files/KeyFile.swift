// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding
import Crypto
import Identity
import Messages
import Server
import Settings

/// A file of API keys that a configuration names, changed by commands.
struct KeyFile {
    /// The identity whose keys they are.
    let identity: String
    let path: String

    /// All of a configuration's.
    static func all(in settings: DeploymentSettings) -> [KeyFile] {
        settings.identity.compactMap { source in
            guard case .apiKeys(let keys) = source.source else { return nil }
            return KeyFile(identity: source.name, path: keys.file.text)
        }
    }

    /// The one file, or the one that was named.
    static func one(
        in settings: DeploymentSettings, named identity: String?
    ) throws(CommandFailure) -> KeyFile {
        let files = all(in: settings)
        let names = files.map(\.identity)
        if let identity {
            guard let file = files.first(where: { $0.identity == identity }) else {
                let hint = NearestName.of(identity, among: names) ?? names.first ?? "none"
                throw CommandFailure(
                    .usage, "no identity `\(identity)` has API keys; did you mean `\(hint)`?")
            }
            return file
        }
        guard let file = files.first, files.count == 1 else {
            throw CommandFailure(
                .usage,
                files.isEmpty
                    ? "no identity has API keys; add one with `api_keys: { file: keys.yaml }`."
                    : "several identities have API keys; choose with --identity: \(names.joined(separator: ", "))."
            )
        }
        return file
    }

    /// The file that holds a key with this id.
    static func holding(
        _ id: String, in settings: DeploymentSettings
    ) throws(CommandFailure) -> (file: KeyFile, key: APIKeyEntry) {
        for file in all(in: settings) {
            if let key = try file.keys().first(where: { $0.id == id }) { return (file, key) }
        }
        throw CommandFailure(
            .notFound, "no key has the id `\(id)`; `countersign token list` shows those that are.")
    }

    private func text() throws(CommandFailure) -> ConfigurationText {
        ConfigurationText(
            file: path, folder: LocalFile.folder(of: path),
            bytes: try LocalFile.read(path, most: ConfigurationText.mostBytes) ?? [])
    }

    func keys() throws(CommandFailure) -> [APIKeyEntry] {
        let text = try text()
        do throws(SettingsFaults) {
            return try APIKeyFile.read(text, sources: DeploymentOptions.sources)
        } catch {
            throw CommandFailure(.usage, error.safeText)
        }
    }

    /// Changes keys and adds one, all or nothing.
    ///
    /// - Parameters:
    ///   - lifetime: how long the added key is made for.
    ///   - isDry: whether the file stays as it is.
    /// - Returns: the digest of the new content.
    func write(
        changing changes: [(id: String, change: APIKeyFile.Change)] = [],
        adding added: StoredAPIKey? = nil, lasting lifetime: KeyLifetime? = nil, isDry: Bool = false
    ) throws(CommandFailure) -> String {
        func work() throws(CommandFailure) -> String {
            var text = try text()
            do throws(SettingsFaults) {
                for (id, change) in changes {
                    guard
                        let new = try APIKeyFile.changing(
                            id, change, in: text, sources: DeploymentOptions.sources)
                    else { continue }
                    text.bytes = Array(new.utf8)
                }
                if let added {
                    text.bytes = Array(
                        try APIKeyFile.appending(
                            APIKeyEntry(
                                id: added.id, digest: added.digest.text, name: added.name,
                                kind: added.kind, roles: added.roles, expires: added.expires,
                                lasts: lifetime),
                            to: text, sources: DeploymentOptions.sources
                        ).utf8)
                }
            } catch {
                throw CommandFailure(.usage, error.safeText)
            }
            if !isDry { try LocalFile.replace(path, text.bytes, isSecret: true) }
            return "sha256:" + Hex.encode(SHA256.hash(data: text.bytes))
        }
        return isDry ? try work() : try LocalFile.alone(with: path, work)
    }
}
