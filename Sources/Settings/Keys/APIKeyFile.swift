// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import ByteCoding

/// The file that `identity[].api_keys.file` names: a YAML list of ``APIKeyEntry``.
///
/// A list at the top, so that a key is added by writing behind what is there, comments included.
package enum APIKeyFile {
    /// Reads and checks a file; one without keys is an empty list.
    package static func read(
        _ text: ConfigurationText, sources: SettingsSources
    ) throws(SettingsFaults) -> [APIKeyEntry] {
        guard let root = try YAMLDocument.root(of: text) else { return [] }
        let reading = Reading(sources: sources, folder: text.folder, showsValues: false)
        let place = Place(node: root, path: "")
        let form = Form<[APIKeyEntry]>.list(
            of: .section(APIKeyEntry.section), isEmptyAllowed: true)
        let keys = form.read(place, reading) ?? []
        noteRepeated(keys, place, reading)
        guard reading.faults.isEmpty else {
            throw SettingsFaults(file: text.file, reading.faults)
        }
        return keys
    }

    /// The file's new content with one key more; what was there stays as it is.
    ///
    /// Refuses where the old content is faulty, the key repeats one of its ids or digests, or its
    /// list is written in brackets and cannot be continued.
    package static func appending(
        _ key: APIKeyEntry, to old: ConfigurationText, sources: SettingsSources
    ) throws(SettingsFaults) -> String {
        let keys = try read(old, sources: sources)
        var text = old
        if text.bytes.isEmpty { text.bytes = Array(heading.utf8) }
        if text.bytes.last != UInt8(ascii: "\n") { text.bytes.append(UInt8(ascii: "\n")) }
        text.bytes += Array(entry(for: key).utf8)
        let new = try read(text, sources: sources)
        precondition(new == keys + [key], "AppendingChangesNothingElse: another list came out")
        return String(decoding: text.bytes, as: UTF8.self)
    }

    /// One element of the list, with a line break at its end.
    package static func entry(for key: APIKeyEntry) -> String {
        var printer = YAMLPrinter(replacements: [:])
        let lines = printer.text(of: APIKeyEntry.section.write(key))
            .split(separator: "\n")
        return lines.enumerated()
            .map { ($0.offset == 0 ? "- " : "  ") + $0.element + "\n" }
            .joined()
    }

    /// What a new file begins with.
    package static let heading = """
        # API keys of Countersign: hashes only. Made by `countersign token mint`; delete an element to
        # revoke its key, then reload (SIGHUP).

        """

    private static func noteRepeated(
        _ keys: [APIKeyEntry], _ place: Place, _ reading: Reading
    ) {
        var ids: Set<String> = []
        var digests: Set<String> = []
        for (position, key) in keys.enumerated() {
            let at = place[position] ?? place
            if !ids.insert(key.id).inserted {
                reading.note(.conflict, at: at.nearest("id"), "another key has this id")
            }
            if !digests.insert(key.digest).inserted {
                reading.note(.conflict, at: at.nearest("digest"), "another key has this digest")
            }
        }
    }
}
