// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

import Messages
import Verification

extension OutputOptions {
    /// Prints the result of a verification, its verdict last, and ends the command with its exit code.
    func show(_ outcome: VerificationRequest.Outcome) throws {
        if try isJSON {
            try screen.bytes(HostileText.escaped(json: outcome.json) + [UInt8(ascii: "\n")])
        } else {
            for line in outcome.lines {
                let text: SafeText = "\(line)"
                let tone: Tone =
                    line.contains("FAILED") ? .bad : line.contains(" OK") ? .good : .plain
                try screen.line(text.toned(tone))
            }
        }
        let isGood = outcome.verdict == .verified
        try messages.line(("\(outcome.verdictLine)" as SafeText).toned(isGood ? .good : .bad))
        guard !isGood else { return }
        throw CommandFailure(ExitStatus(rawValue: outcome.verdict.exitCode) ?? .failure)
    }
}
