// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

package import ByteCoding

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

    /// A change of one key of the file.
    package enum Change: Hashable, Sendable {
        /// The key is refused from this moment on, and named where it is used.
        case revoke(at: UTCInstant)
        /// The key ends at this moment, unless it ends before.
        case end(at: UTCInstant)
        /// How long the key was made for, where the file does not say yet.
        case note(KeyLifetime)

        fileprivate func applied(to key: APIKeyEntry) -> APIKeyEntry {
            var key = key
            switch self {
            case .revoke(let instant): key.revoked = key.revoked ?? instant
            case .end(let instant): key.expires = min(key.expires ?? instant, instant)
            case .note(let lifetime): key.lasts = key.lasts ?? lifetime
            }
            return key
        }
    }

    /// The file's new content with one key changed; everything else stays as it is, comments included.
    ///
    /// Refuses where the old content is faulty, or the key is written so that a line cannot be put into it.
    ///
    /// - Returns: nil where there is no key with this id.
    package static func changing(
        _ id: String, _ change: Change, in old: ConfigurationText, sources: SettingsSources
    ) throws(SettingsFaults) -> String? {
        let keys = try read(old, sources: sources)
        guard let position = keys.firstIndex(where: { $0.id == id }),
            let root = try YAMLDocument.root(of: old),
            let item = Place(node: root, path: "")[position],
            case .map(let entries) = item.node.content,
            let anchor = entries.first(where: { $0.name == "id" })
        else { return nil }
        var expected = keys
        expected[position] = change.applied(to: keys[position])
        guard expected != keys else { return String(decoding: old.bytes, as: UTF8.self) }
        let (name, value) =
            switch change {
            case .revoke: ("revoked", expected[position].revoked?.rfc3339)
            case .end: ("expires", expected[position].expires?.rfc3339)
            case .note: ("lasts", expected[position].lasts?.text)
            }
        let line = "\(name): \(YAMLPrinter.scalar(value ?? ""))"
        let lineFeed = UInt8(ascii: "\n")
        var lines = old.bytes.split(separator: lineFeed, omittingEmptySubsequences: false)
            .map { Array($0) }
        let isWindows = lines[anchor.position.line - 1].last == UInt8(ascii: "\r")
        let written = Array(
            (String(repeating: " ", count: anchor.position.column - 1) + line
                + (isWindows ? "\r" : "")).utf8)
        let known = entries.first { $0.name == name }
        if let known {
            let before = lines[known.position.line - 1].prefix(known.position.column - 1)
            lines[known.position.line - 1] =
                before + Array((line + (isWindows ? "\r" : "")).utf8)
        } else {
            lines.insert(written, at: anchor.value.position.line)
        }
        var new = old
        new.bytes = Array(lines.joined(separator: [lineFeed]))
        var isRight = false
        do throws(SettingsFaults) { isRight = try read(new, sources: sources) == expected } catch {
            isRight = false
        }
        guard isRight else {
            throw SettingsFaults(
                file: old.file,
                [
                    SettingsFault(
                        code: .conflict, position: item.node.position, path: item.path,
                        message:
                            "the key is written so that it cannot be changed here; write `\(line)` into it"
                    )
                ])
        }
        return String(decoding: new.bytes, as: UTF8.self)
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
        # API keys of Countersign: hashes only. Made by `countersign token mint`, withdrawn by
        # `countersign token revoke`. A running proxy notices every change.

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
