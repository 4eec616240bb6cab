// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
import Messages
import Server
import Settings

/// Which configuration a command works on.
struct DeploymentOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help:
            "Configuration file (also: COUNTERSIGN_CONFIG, COUNTERSIGN_DIR; default: countersign.yaml here)."
    )
    var config: String?

    static let fileName = "countersign.yaml"

    /// The configuration file's path: option, then environment, then the default.
    var path: String {
        if let config { return config }
        let context = CommandContext.current
        if let path = context.variable("COUNTERSIGN_CONFIG") { return path }
        if let folder = context.variable("COUNTERSIGN_DIR") {
            return LocalFile.path(of: Self.fileName, in: folder)
        }
        return Self.fileName
    }

    /// The configuration, or every fault in it.
    ///
    /// - Parameter findsFiles: whether a named file that is not there is a fault, too.
    func read(findsFiles: Bool = false) throws(CommandFailure) -> Deployment {
        try CommandContext.current.surroundings.deployment(at: path, findsFiles: findsFiles)
    }

    /// What the configuration says of the log, or every fault in that; the rest may lead to what is not there.
    func readLog() throws(CommandFailure) -> LogSettings {
        try CommandContext.current.surroundings.log(at: path)
    }

    /// What `env:` and `file:` in a configuration lead to.
    static var sources: SettingsSources { CommandContext.current.surroundings.sources }
}
