// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Policy
internal import Settings

/// The effective form of an accepted configuration reads as the same configuration; a rejected one says why
/// and where.
enum SettingsProperties {
    static func check(_ input: [UInt8]) throws(BrokenProperty) -> Bool {
        switch read(input) {
        case .success(let deployment):
            try accepted(deployment)
            return true
        case .failure(let refused):
            let lines = input.count { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } + 2
            try told(refused, lines)
            return false
        }
    }

    private static let sources = SettingsSources(
        environment: { ["A": "127.0.0.1:1", "EMPTY": ""][$0] },
        file: { $0.hasSuffix("/f") ? .text("127.0.0.1:2\n") : .missing })

    private static func read(_ bytes: [UInt8]) -> Result<Deployment, SettingsFaults> {
        let text = ConfigurationText(file: "c.yaml", folder: "/etc/c", bytes: bytes)
        return Result { () throws(SettingsFaults) in
            try Deployment.read(text, sources: sources)
        }
    }

    private static func accepted(_ deployment: Deployment) throws(BrokenProperty) {
        let text = deployment.effectiveYAML(.full)
        guard case .success(let again) = read(Array(text.utf8)) else {
            throw BrokenProperty("an effective configuration is accepted")
        }
        try require(
            again.settings == deployment.settings && again.configHash == deployment.configHash
                && again.rulebook.version == deployment.rulebook.version,
            "an effective configuration means what was read")
        try require(
            again.effectiveYAML(.full) == text,
            "an effective configuration is its own effective form")
    }

    private static func told(_ refused: SettingsFaults, _ lines: Int) throws(BrokenProperty) {
        try require(!refused.faults.isEmpty, "a refusal has a fault")
        for fault in refused.faults {
            try require(
                (1...lines).contains(fault.position.line) && fault.position.column >= 1,
                "a fault lies in its text")
            try require(
                !fault.message.isEmpty && !fault.message.contains { $0.isNewline },
                "a fault is one line")
        }
    }
}
