// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// A validated configuration: what the proxy runs on. Only ``read(_:sources:)`` makes one.
package struct Deployment: Sendable {
    package let settings: DeploymentSettings
    /// The compiled rules; ``ServiceIndex`` is the position in `settings.services`.
    package let rulebook: Rulebook
    /// Settings that came from the environment or a file: path of the setting → `env:NAME` or `file:PATH`.
    package let references: [String: String]
    /// What the configuration says, as `sha256:` and the hex digest of its effective form in
    /// canonical JSON.
    ///
    /// It covers values from the environment and from files; of a secret, only where it is kept.
    package let configHash: String
    /// The file that this was read from, as messages name it.
    package let file: String
    /// Files that a server reads, each with the place where it is named.
    package let files: [NamedFile]

    /// Reads and checks a configuration text; a refusal lists everything that is wrong with it.
    ///
    /// A condition on several keys is only checked if none of them is faulty by itself, so that no mistake is reported
    /// twice.
    ///
    /// - Parameter findsFiles: whether a named file that is not there is a mistake, too.
    package static func read(
        _ text: ConfigurationText, sources: SettingsSources, findsFiles: Bool = false
    ) throws(SettingsFaults) -> Deployment {
        let reading = Reading(sources: sources, folder: text.folder)
        let settings = try settings(of: text, reading, findsFiles: findsFiles)
        do throws(ServiceFault) {
            return try Deployment(settings, reading, file: text.file)
        } catch {
            preconditionFailure(
                "RulesAreCheckedBeforeCompiled: a rule without fault does not compile (\(error))")
        }
    }

    /// What a configuration text says of the log, for those who only read that.
    ///
    /// Nothing else of the text is looked at, so that none of its variables and files need be there: a log may be
    /// checked where its proxy does not run.
    package static func log(
        _ text: ConfigurationText, sources: SettingsSources
    ) throws(SettingsFaults) -> LogSettings {
        let reading = Reading(sources: sources, folder: text.folder)
        return try settings(of: text, reading, only: ["version", "log"]).log
    }

    /// - Parameter names: the sections to read; nil: all. The others are as if they were empty.
    private static func settings(
        of text: ConfigurationText, _ reading: Reading, only names: Set<String>? = nil,
        findsFiles: Bool = false
    ) throws(SettingsFaults) -> DeploymentSettings {
        guard let root = try YAMLDocument.root(of: text) else {
            let message = "the configuration is empty; `countersign init` writes one to start from"
            throw SettingsFaults(
                file: text.file,
                [SettingsFault(code: .empty, position: .start, path: "", message: message)])
        }
        let settings = DeploymentSettings.section.read(
            Place(node: root, path: ""), reading, only: names)
        if findsFiles { reading.noteAbsentFiles() }
        guard let settings, reading.faults.isEmpty else {
            throw SettingsFaults(file: text.file, reading.faults)
        }
        return settings
    }

    private init(
        _ settings: DeploymentSettings, _ reading: Reading, file: String
    ) throws(ServiceFault) {
        self.settings = settings
        self.file = file
        references = reading.references
        files = reading.files
        rulebook = try Rulebook(settings.serviceRules)
        configHash = ContentHash.of(DeploymentSettings.section.write(settings))
    }
}
