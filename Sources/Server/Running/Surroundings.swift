// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding
package import Messages
package import Settings

/// A process's environment variables and clock, handed to whatever runs in it.
package struct Surroundings: Sendable {
    let environment: [String: String]
    let now: @Sendable () -> UTCInstant

    package init(environment: [String: String], now: @escaping @Sendable () -> UTCInstant) {
        self.environment = environment
        self.now = now
    }

    /// What `env:` and `file:` in a configuration lead to.
    package var sources: SettingsSources {
        SettingsSources(
            environment: { environment[$0] },
            file: { path in
                do throws(CommandFailure) {
                    guard let bytes = try LocalFile.read(path, most: ConfigurationText.mostBytes)
                    else { return .missing }
                    guard let text = String(validating: bytes, as: UTF8.self) else {
                        return .unreadable("it is not UTF-8")
                    }
                    return .text(text)
                } catch {
                    return .unreadable(error.message?.plain ?? "it cannot be read")
                }
            })
    }

    /// What a configuration file says, or every fault in it.
    ///
    /// - Parameter findsFiles: whether a named file that is not there is a fault, too.
    package func deployment(
        at path: String, findsFiles: Bool = false
    ) throws(CommandFailure) -> Deployment {
        try read(path) { text throws(SettingsFaults) in
            try Deployment.read(text, sources: sources, findsFiles: findsFiles)
        }
    }

    /// What a configuration file says of the log, or every fault in that.
    package func log(at path: String) throws(CommandFailure) -> LogSettings {
        try read(path) { text throws(SettingsFaults) in
            try Deployment.log(text, sources: sources)
        }
    }

    private func read<Settings>(
        _ path: String, _ body: (ConfigurationText) throws(SettingsFaults) -> Settings
    ) throws(CommandFailure) -> Settings {
        guard let bytes = try LocalFile.read(path, most: ConfigurationText.mostBytes) else {
            throw CommandFailure(
                .usage,
                "there is no configuration at \(path); `countersign init` writes one, `-c` names another."
            )
        }
        do throws(SettingsFaults) {
            return try body(
                ConfigurationText(file: path, folder: LocalFile.folder(of: path), bytes: bytes))
        } catch {
            throw CommandFailure(error)
        }
    }
}
