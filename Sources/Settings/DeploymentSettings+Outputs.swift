// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

// Outputs that conflict with each other or with the log.
extension DeploymentSettings {
    func noteOutputs(_ place: Place, _ reading: Reading) {
        var names: Set<String> = []
        var paths: Set<ResolvedPath> = []
        let folders = [log.directory, log.state] + (log.catalog.folder.map { [$0] } ?? [])
        for (position, output) in outputs.enumerated() {
            let at = place["outputs"]?[position] ?? place
            if !names.insert(output.name).inserted {
                reading.note(.conflict, at: at.nearest("name"), Self.repeatedOutput)
            }
            guard case .file(let file) = output.receiver else { continue }
            let path = at.nearest("file", "path")
            if !paths.insert(file.path).inserted {
                reading.note(.conflict, at: path, "another output writes this file")
            }
            for folder in folders where file.path.text.hasPrefix(folder.appending("/").text) {
                reading.note(
                    .conflict, at: path,
                    "`\(folder.text)` is the proxy's own folder; choose another for the output")
            }
        }
    }
}
