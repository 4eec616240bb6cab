// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// `log`: the audit log of this proxy.
package struct LogSettings: Hashable, Sendable {
    /// `origin`, required: the log's name. It cannot be changed later.
    package var origin: LogName
    /// `dir`, required: the folder that holds the log.
    package var directory: ResolvedPath
    /// `key_file`, default `log.key` beside the configuration: the signing key, readable by its
    /// owner only.
    package var keyFile: ResolvedPath
    /// `state`, default `dir` with `-state` added: where the last signed checkpoint is kept apart
    /// from the data, so that restoring old data is noticed. Best on another disk.
    package var state: ResolvedPath
    /// `publish`.
    package var publish: PublishSettings
    /// `on_failure`, default `deny`: what happens to an access that the log cannot take, where its
    /// service does not say.
    package var onFailure: AuditPolicy.OnFailure

    static let section = Section(
        start: LogSettings(
            origin: .placeholder, directory: .placeholder, keyFile: .placeholder,
            state: .placeholder, publish: PublishSettings.section.start, onFailure: .deny),
        fields: [
            Field("origin", \.origin, .logName, isRequired: true),
            Field("dir", \.directory, .path, isRequired: true),
            Field("key_file", \.keyFile, .path),
            Field("state", \.state, .path),
            Field("publish", \.publish, .section(PublishSettings.section)),
            Field("on_failure", \.onFailure, .choice()),
        ],
        notAvailable: ["witnesses", "retention"],
        checks: [
            Check("dir", "key_file", "state") { log, place, reading in
                if log.keyFile == .placeholder { log.keyFile = reading.resolved("log.key") }
                if log.state == .placeholder { log.state = log.directory.appending("-state") }
                let inside = log.directory.appending("/").text
                if log.state == log.directory || log.state.text.hasPrefix(inside) {
                    reading.note(
                        .conflict, at: place.nearest("state"),
                        "`state` lies inside `dir`, so restoring old data would restore it too; choose another folder"
                    )
                }
            }
        ])
}

/// `log.publish`: how often checkpoints are offered to the outside; every commit group is signed
/// anyway.
package struct PublishSettings: Hashable, Sendable {
    /// `every`, default 1s, 100ms to 1h.
    package var every: Duration

    static let section = Section(
        start: PublishSettings(every: .seconds(1)),
        fields: [
            Field("every", \.every, .duration(.milliseconds(100) ... .seconds(3600)))
        ])
}
