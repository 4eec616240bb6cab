// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import ByteCoding

extension Deployment {
    /// The keys whose values differ from another configuration's and that take effect at a restart only, by their
    /// places in this one: `listen[0].address`.
    package func changesForRestart(from old: Deployment) -> [String] {
        Self.changes(
            KeyNode.root, .onReload, "",
            DeploymentSettings.section.write(old.settings),
            DeploymentSettings.section.write(settings))
    }

    /// - Parameter outer: when the keys of the section take effect that do not say themselves.
    private static func changes(
        _ nodes: [KeyNode], _ outer: TakesEffect, _ path: String, _ old: JSONValue,
        _ new: JSONValue
    ) -> [String] {
        nodes.flatMap { node -> [String] in
            let place = path.isEmpty ? node.name : path + "." + node.name
            let takesEffect = node.takesEffect ?? outer
            let pair = (old[node.name], new[node.name])
            guard pair.0 != pair.1 else { return [] }
            switch pair {
            case (.object, .object) where !node.keys.isEmpty && !node.isList:
                return changes(
                    node.keys, takesEffect, place, pair.0 ?? .null, pair.1 ?? .null)
            case (.array(let before), .array(let after))
            where !node.keys.isEmpty && before.count == after.count:
                return zip(before, after).enumerated().flatMap { position, elements in
                    changes(
                        node.keys, takesEffect, "\(place)[\(position)]", elements.0, elements.1)
                }
            default: return takesEffect == .onRestart ? [place] : []
            }
        }
    }
}
