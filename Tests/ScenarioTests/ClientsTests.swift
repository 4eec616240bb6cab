// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

@Suite struct `Real clients` {
    /// The clients that every machine of ours has; `make clients` runs all of them.
    @Test func `reach real services through the proxy without a special setting`() async throws {
        try await scenario {
            let folder = try ScenarioFolder()
            let script = URL(filePath: #filePath).deletingLastPathComponent()
                .appending(path: "Clients/clients.py").path
            let environment = [
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
                "HOME": folder.path, "TMPDIR": folder.path, "PYTHONDONTWRITEBYTECODE": "1",
                "GIT_CONFIG_NOSYSTEM": "1",
            ]
            let child = try ChildProcess(
                "/usr/bin/env", ["python3", script, try Program.countersign.path()],
                in: folder.path, environment: environment)
            let ending = try child.ending()
            #expect(ending.status == 0, "\(ending.text)\(ending.messages)")
            #expect(ending.text.hasSuffix("real clients: 11 of 11 right\n"), "\(ending.text)")
        }
    }
}
