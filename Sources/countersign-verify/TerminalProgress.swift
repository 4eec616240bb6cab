// Countersign: tamper-evident access proxy
// SPDX-License-Identifier: Apache-2.0

internal import Synchronization
internal import SystemPackage
internal import Verification

/// One line on a terminal that tells how far reading has come.
final class TerminalProgress: Sendable {
    private let isShown: Bool
    private let lastPercent = Mutex(-1)

    init(isShown: Bool) { self.isShown = isShown }

    /// Shows progress when it is a percent more than before.
    func show(_ progress: VerificationProgress) {
        guard isShown, progress.total > 0 else { return }
        let percent = Int(progress.records * 100 / progress.total)
        let isNews = lastPercent.withLock { last in
            defer { last = max(last, percent) }
            return percent > last
        }
        guard isNews else { return }
        StandardStreams.write(
            "\r\u{1B}[K\(progress.records) of \(progress.total) records, \(percent) %",
            to: .standardError)
    }

    /// Takes the line away.
    func clear() {
        guard isShown else { return }
        StandardStreams.write("\r\u{1B}[K", to: .standardError)
    }
}
