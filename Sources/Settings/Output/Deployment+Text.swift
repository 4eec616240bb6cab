// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

extension Deployment {
    /// Whether values that came from the environment or a file are shown.
    package enum Disclosure: Sendable {
        /// They may be secrets: `env:NAME` is shown in their place.
        case masked
        /// They are shown; the text is a configuration that reads as this one.
        case full
    }

    /// The effective configuration, defaults spelled out, as YAML that can be read again.
    package func effectiveYAML(_ disclosure: Disclosure) -> String {
        var printer = YAMLPrinter(
            replacements: disclosure == .masked ? references : [:])
        return printer.text(of: DeploymentSettings.section.write(settings))
    }

    /// The effective configuration for programs, in the structure of the file.
    package func effectiveJSON(_ disclosure: Disclosure) -> JSONValue {
        let value = DeploymentSettings.section.write(settings)
        return disclosure == .masked ? value.replacing(references, at: "") : value
    }
}

extension JSONValue {
    fileprivate func replacing(_ replacements: [String: String], at path: String) -> JSONValue {
        switch self {
        case .object(let members):
            .object(
                members.map { member in
                    let at = path.isEmpty ? member.name : path + "." + member.name
                    return JSONMember(member.name, member.value.replacing(replacements, at: at))
                })
        case .array(let items):
            .array(
                items.enumerated().map { position, item in
                    item.replacing(replacements, at: "\(path)[\(position)]")
                })
        case .string, .integer, .number, .bool, .null:
            replacements[path].map { .string($0) } ?? self
        }
    }
}
