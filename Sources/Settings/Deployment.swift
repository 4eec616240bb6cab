// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import Policy

/// A validated configuration: what the proxy runs on. There is no way to one but through
/// ``read(_:sources:)``.
package struct Deployment: Sendable {
    package let settings: DeploymentSettings
    /// The compiled rules; ``ServiceIndex`` is the position in `settings.services`.
    package let rulebook: Rulebook
    /// Settings that came from the environment or a file: path of the setting → `env:NAME` or
    /// `file:PATH`.
    package let references: [String: String]
    /// What the configuration says, as `sha256:` and the hex digest of its effective form in
    /// canonical JSON.
    ///
    /// Values from the environment and from files are in it; no setting of this version is itself a
    /// secret.
    package let configHash: String

    /// Reads and checks a configuration text; refuses it with everything that is wrong with it.
    ///
    /// What several keys have to fulfil together is checked where none of them is faulty by itself,
    /// so that one mistake is not told twice.
    package static func read(
        _ text: ConfigurationText, sources: SettingsSources
    ) throws(SettingsFaults) -> Deployment {
        let reading = Reading(sources: sources, folder: text.folder)
        guard let root = try YAMLDocument.root(of: text) else {
            let message = "the configuration is empty; `countersign init` writes one to start from"
            throw SettingsFaults(
                file: text.file,
                [SettingsFault(code: .empty, position: .start, path: "", message: message)])
        }
        let settings = DeploymentSettings.section.read(Place(node: root, path: ""), reading)
        guard let settings, reading.faults.isEmpty else {
            throw SettingsFaults(file: text.file, reading.faults)
        }
        do throws(ServiceFault) {
            return try Deployment(settings, references: reading.references)
        } catch {
            preconditionFailure(
                "RulesAreCheckedBeforeCompiled: a rule without fault does not compile (\(error))")
        }
    }

    private init(
        _ settings: DeploymentSettings, references: [String: String]
    ) throws(ServiceFault) {
        self.settings = settings
        self.references = references
        rulebook = try Rulebook(settings.serviceRules)
        configHash = ContentHash.of(DeploymentSettings.section.write(settings))
    }
}
