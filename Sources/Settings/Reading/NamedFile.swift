// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A file that a configuration names and a server reads, and where it is named.
package struct NamedFile: Hashable, Sendable {
    /// Where in the structure: `identity[0].jwks.file`.
    package let setting: String
    package let position: TextPosition
    let file: ResolvedPath

    /// Why it cannot be used, if it is not there; what it holds is for those who use it.
    func absence(_ sources: SettingsSources) -> SettingsFault? {
        guard case .missing = sources.file(file.text) else { return nil }
        return SettingsFault(
            code: .unresolved, position: position, path: setting,
            message: "there is no file \(file.text); make it, or correct the path")
    }
}

extension Form where Value == ResolvedPath {
    /// The path of a file that has to be there when a server starts.
    static let file = Form(
        read: { place, reading in
            Form.path.read(place, reading).map { path in
                reading.noteFile(path, at: place)
                return path
            }
        },
        write: Form.path.write, schema: Form.path.schema)
}
