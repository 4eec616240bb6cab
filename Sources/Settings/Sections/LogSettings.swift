// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import AccessModel
package import Policy

/// `log`: the audit log of this proxy.
package struct LogSettings: Hashable, Sendable {
    package var origin: LogName
    /// The folder of the log.
    package var directory: ResolvedPath
    package var keyFile: ResolvedPath
    /// The folder in which the newest signed checkpoint is remembered.
    package var state: ResolvedPath
    /// The folder of the catalog.
    package var catalog = CatalogPlace.unset
    /// The folder of what is exported over the auditor API.
    package var exports: ResolvedPath { directory.appending("-exports") }
    package var publish = PublishSettings()
    package var durability = LogDurability.synced
    /// For services that do not say themselves.
    package var onFailure = AuditPolicy.OnFailure.deny

    static let section = Section(
        start: LogSettings(
            origin: .placeholder, directory: .placeholder, keyFile: .placeholder,
            state: .placeholder),
        keys: [
            Key(
                "origin", \.origin, .logName, isRequired: true,
                "The log's name: the first line of its checkpoints and the name of its keys. It cannot be "
                    + "changed later.", example: "audit.example.com/prod",
                together: ["log.key_file": "audit.key"]),
            Key(
                "dir", \.directory, .path, isRequired: true,
                "The folder that holds the log. Only the proxy writes there.",
                example: "/var/lib/countersign/log"),
            Key(
                "key_file", \.keyFile, .path, "The signing key, readable by its owner only.",
                example: "signing.key",
                standard: "`log.key` beside the configuration"),
            Key(
                "state", \.state, .path,
                "Where the newest signed checkpoint is kept apart from the data, so that restoring old "
                    + "data is noticed. Best on another disk.",
                example: "/var/lib/countersign-state", standard: "`log.dir` with `-state` added"),
            Key(
                "catalog", \.catalog, .catalogPlace,
                "The folder of the catalog, by which records are found and counted quickly, or `off`. It is derived "
                    + "from the log and can be lost; it needs about as much room as the log.",
                example: "off", standard: "`log.dir` with `-catalog` added"),
            Key(
                "publish", \.publish, .section(PublishSettings.section),
                "How checkpoints are published. Every group of records is signed in any case."
            ),
            Key(
                "durability", \.durability, .choice(),
                "What an acknowledged record survives. `synced`: a power cut, as it is on the disk. `written`: the "
                    + "end of the process only, as the kernel has it, and the disk within 100 ms. For slow disks; the "
                    + "log says so of itself, and so does every verdict on it.",
                example: "written"),
            Key(
                "on_failure", \.onFailure, .choice(),
                "What happens to an access that the log cannot take, unless its service says "
                    + "otherwise: `deny` refuses it, `allow` lets it through and counts it.",
                example: "allow", takesEffect: .onReload),
        ],
        notAvailable: ["witnesses", "retention"],
        checks: [
            Check("dir", "key_file", "state", "catalog") { log, place, reading in
                if log.keyFile == .placeholder { log.keyFile = reading.resolved("log.key") }
                if log.state == .placeholder { log.state = log.directory.appending("-state") }
                let inside = log.directory.appending("/").text
                if log.catalog == .unset {
                    log.catalog = .folder(log.directory.appending("-catalog"))
                }
                let others = [log.directory, log.state, log.exports]
                if others.map(CatalogPlace.folder).contains(log.catalog) {
                    reading.note(
                        .conflict, at: place.nearest("catalog"),
                        "`catalog` needs a folder of its own, which can be renamed and removed; choose another"
                    )
                }
                if log.state == log.directory || log.state.text.hasPrefix(inside) {
                    reading.note(
                        .conflict, at: place.nearest("state"),
                        "`state` lies inside `dir`, so restoring old data would restore it too; choose another folder"
                    )
                }
            }
        ])
}

/// `log.publish`: how checkpoints are published.
package struct PublishSettings: Hashable, Sendable {
    package var every = Duration.seconds(1)

    static let section = Section(
        start: PublishSettings(),
        keys: [
            Key(
                "every", \.every, .duration(.milliseconds(100) ... .seconds(3600)),
                "How often a checkpoint is published.", example: "5s")
        ])
}
