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
