// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// The world outside a configuration text that its values may point to: `env:NAME` and `file:PATH`.
///
/// Injected, so that reading a configuration has no effects of its own.
package struct SettingsSources: Sendable {
    /// The outcome of reading a file.
    package enum FileAnswer: Hashable, Sendable {
        case text(String)
        case missing
        /// The file exists but cannot be read or is not text; the reason as a clause.
        case unreadable(String)
    }

    let environment: @Sendable (_ name: String) -> String?
    let file: @Sendable (_ path: String) -> FileAnswer

    /// - Parameters:
    ///   - environment: the value of a variable, nil where it is not set.
    ///   - file: the text of a file; paths are resolved against the configuration's folder.
    package init(
        environment: @escaping @Sendable (_ name: String) -> String?,
        file: @escaping @Sendable (_ path: String) -> FileAnswer
    ) {
        self.environment = environment
        self.file = file
    }

    /// A world without variables or files.
    package static let none = SettingsSources(environment: { _ in nil }, file: { _ in .missing })
}
