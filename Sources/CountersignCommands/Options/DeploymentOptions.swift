// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import ByteCoding
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
            return Self.path(of: Self.fileName, in: folder)
        }
        return Self.fileName
    }

    /// The configuration, or every fault in it.
    func read() throws(CommandFailure) -> Deployment {
        let text = try configurationText(path)
        do throws(SettingsFaults) {
            return try Deployment.read(text, sources: Self.sources)
        } catch {
            throw CommandFailure(error)
        }
    }

    private func configurationText(_ path: String) throws(CommandFailure) -> ConfigurationText {
        guard let bytes = try LocalFile.read(path, most: ConfigurationText.mostBytes) else {
            throw CommandFailure(
                .usage,
                "there is no configuration at \(path); `countersign init` writes one, `-c` names another."
            )
        }
        return ConfigurationText(file: path, folder: Self.folder(of: path), bytes: bytes)
    }

    /// The folder that a path lies in, `""` for the working directory.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "" }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func path(of name: String, in folder: String) -> String {
        folder.isEmpty ? name : folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// What `env:` and `file:` in a configuration lead to.
    static var sources: SettingsSources {
        let context = CommandContext.current
        return SettingsSources(
            environment: { context.environment[$0] },
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
}

extension CommandFailure {
    /// A file of settings has faults.
    init(_ faults: SettingsFaults) {
        let list = faults.faults.map { fault in
            JSONValue.object([
                JSONMember("file", .string(faults.file)),
                JSONMember("line", .integer(Int64(fault.position.line))),
                JSONMember("column", .integer(Int64(fault.position.column))),
                JSONMember("path", .string(fault.path)),
                JSONMember("code", .string(fault.code.rawValue)),
                JSONMember("message", .string(fault.message)),
            ])
        }
        self.init(.usage, faults.safeText, details: [JSONMember("faults", .array(list))])
    }
}

extension SettingsFaults {
    /// Every fault on a line of its own, below a headline.
    var safeText: SafeText {
        let count = faults.count == 1 ? "1 mistake" : "\(faults.count) mistakes"
        let lines = faults.map { SafeText("\n  \($0.text(file: file))") }
        return lines.reduce("the configuration has \(count):") { $0 + $1 }
    }
}
