// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

/// A node together with its path.
struct Place: Sendable {
    let node: YAMLNode
    /// `services[0].upstream`; empty for the root.
    let path: String

    /// The value of a key, or nil if this is not a section or has no such key.
    subscript(name: String) -> Place? {
        guard case .map(let entries) = node.content,
            let entry = entries.first(where: { $0.name == name })
        else { return nil }
        return Place(node: entry.value, path: self.path(to: name))
    }

    /// An element of a list, or nil where there is none.
    subscript(position: Int) -> Place? {
        guard case .list(let items) = node.content, items.indices.contains(position) else {
            return nil
        }
        return Place(node: items[position], path: "\(path)[\(position)]")
    }

    /// The elements of a list at a key, none where there is no such list.
    func elements(_ name: String) -> [Place] {
        guard let list = self[name], case .list(let items) = list.node.content else { return [] }
        return items.indices.compactMap { list[$0] }
    }

    /// Notes the elements of a list whose text at a key is that of an earlier one: where the list cannot be read
    /// because of other mistakes.
    func noteRepeated(_ key: String, of list: String, _ message: String, _ reading: Reading) {
        var seen: Set<String> = []
        for element in elements(list) {
            guard let at = element[key], case .scalar(let text) = at.node.content,
                !seen.insert(text).inserted
            else { continue }
            reading.note(.conflict, at: at, message)
        }
    }

    /// The value at a path, as far as the path exists: for faults about settings that may not be written out.
    func nearest(_ names: String...) -> Place {
        var place = self
        for name in names {
            guard let next = place[name] else { break }
            place = next
        }
        return place
    }

    func path(to name: String) -> String { path.isEmpty ? name : path + "." + name }
}
