// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Testing

@Suite struct `What the documents tell people to type` {
    @Test(arguments: [
        "README.md", "Docs/Using/README.md", "Docs/Using/Api.md", "Docs/Auditing/README.md",
    ])
    func `works, line by line, in the order of the page`(_ page: String) async throws {
        try await scenario {
            var walk = try DocumentWalk()
            for (line, command) in try DocumentWalk.commands(of: page) {
                do {
                    try walk.perform(command)
                } catch {
                    throw ScenarioFault("\(page):\(line): \(command): \(error)")
                }
            }
            try walk.end()
        }
    }
}
