// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// One reading of one text: collects every fault and resolves what values point to.
final class Reading {
    let sources: SettingsSources
    /// The folder that relative paths start from.
    let folder: String
    /// Whether faults may quote the text; not if it lists parts of credentials.
    let showsValues: Bool
    private(set) var faults: [SettingsFault] = []
    /// What stood in the text instead of a value: path of the setting → `env:NAME` or `file:PATH`.
    private(set) var references: [String: String] = [:]
    /// The files that were named, as far as the text was read.
    private(set) var files: [NamedFile] = []

    init(sources: SettingsSources, folder: String, showsValues: Bool = true) {
        self.sources = sources
        self.folder = folder
        self.showsValues = showsValues
    }

    func note(_ code: SettingsFault.Code, at place: Place, _ message: String) {
        note(code, place.node.position, place.path, message)
    }

    func note(
        _ code: SettingsFault.Code, _ position: TextPosition, _ path: String, _ message: String
    ) {
        faults.append(
            SettingsFault(code: code, position: position, path: path, message: message))
    }

    func noteFile(_ file: ResolvedPath, at place: Place) {
        files.append(NamedFile(setting: place.path, position: place.node.position, file: file))
    }

    /// Notes the named files that are not there.
    func noteAbsentFiles() { faults += files.compactMap { $0.absence(sources) } }

    /// The text of a single value, `env:` and `file:` resolved; nil after noting why there is none.
    ///
    /// - Parameter wanted: what the value should be, as in "a duration such as 10s".
    func text(at place: Place, wanted: String) -> String? {
        switch place.node.content {
        case .scalar(let text): return resolve(text, at: place)
        case .null:
            note(.missing, at: place, "no value given; expected \(wanted)")
        case .list, .map:
            note(.wrongShape, at: place, "expected \(wanted), found \(place.node.shape)")
        }
        return nil
    }

    /// How a fault quotes a value: not at all if it came from the environment or a file, because it may be a secret
    /// that was referred to by mistake.
    func shown(
        _ complaint: Complaint, about text: String, _ place: Place, wanted: String
    ) -> String {
        guard !text.isEmpty else { return complaint.message }
        guard let reference = references[place.path] else {
            let repeatsIt = !showsValues && complaint.message.contains(text)
            return repeatsIt ? "expected \(wanted)" : complaint.message
        }
        return "what `\(reference)` leads to is not \(wanted)"
    }

    /// A path as the process will open it.
    func resolved(_ path: String) -> ResolvedPath {
        ResolvedPath(path, in: folder)
    }

    private func resolve(_ text: String, at place: Place) -> String? {
        if text.hasPrefix("env:") {
            let name = String(text.dropFirst(4))
            references[place.path] = text
            if let value = sources.environment(name) { return value }
            note(.unresolved, at: place, "the environment variable `\(name)` is not set")
            return nil
        }
        guard text.hasPrefix("file:") else { return text }
        let path = resolved(String(text.dropFirst(5)))
        references[place.path] = text
        switch sources.file(path.text) {
        case .text(let content):
            // Editors and `echo` end files with a line break that does not belong to the value.
            return content.hasSuffix("\n") ? String(content.dropLast()) : content
        case .missing: note(.unresolved, at: place, "the file \(path.text) does not exist")
        case .unreadable(let why):
            note(.unresolved, at: place, "the file \(path.text) cannot be read: \(why)")
        }
        return nil
    }
}
